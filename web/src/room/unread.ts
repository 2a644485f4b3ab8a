/** How many comments came since somebody looked at them; one that is taken away makes none of the others new. */
import type { Comment } from '../protocol/live.js';

export class Unread {
  private until = 0;

  /** `looks`: he has them before him. */
  count(comments: Pick<Comment, 'at'>[], looks: boolean): number {
    if (looks) this.until = Math.max(this.until, ...comments.map((one) => one.at));
    return comments.filter((one) => one.at > this.until).length;
  }
}
