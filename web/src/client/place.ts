/**
 * Where these elements stand: on a page of the server itself, or, built as `<live-room>`, inside a
 * page of a brand's own site. There the server is another origin, no cookie is sent or believed, and
 * nothing outside our own shadow root is ours to touch.
 */

declare const PARLOR_EMBEDDED: boolean | undefined;

/** Whether this is the build for other sites' pages. */
export const embedded = typeof PARLOR_EMBEDDED !== 'undefined' && PARLOR_EMBEDDED;

interface Place {
  /** "https://live.example"; '' = the page's own. */
  server: string;
  room: string;
  /** Where elements that belong to nothing else are put. */
  ground: () => HTMLElement | ShadowRoot;
  /** The key of this site's visitor (POST /v1/sessions); '' = the cookie tells. */
  visitor: string;
  /** Who is signed in at this site, in the brand's own words (`identity` of `attach`); '' = nobody
   * said, null = he signed out. */
  identity: string | null;
  /** Says it on the line that stands. */
  attach: () => void;
}

/** One a page. */
export const place: Place = {
  server: '',
  room: '',
  ground: () => document.body,
  visitor: '',
  identity: '',
  attach: () => undefined,
};

/** The address of a path of the server. */
export function at(path: string): string {
  return place.server + path;
}

/** The address of a picture: what stands on the server itself is told without its origin. */
export function fromServer(image: string): string {
  return image.startsWith('/') ? at(image) : image;
}

/** The page that shows this room by itself: what one passes on. */
export function linkOf(room: string): string {
  return embedded ? at(`/l/${encodeURIComponent(room)}`) : location.href;
}
