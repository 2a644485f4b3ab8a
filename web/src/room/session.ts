/** One person's stay in a room: the socket, the state, and everything that can be asked for. */
import { ApiError, guestPass, leaveByBeacon } from '../client/http.js';
import { place } from '../client/place.js';
import { Socket, socketUrl } from '../client/socket.js';
import { deviceName, loadSeat, loadStart, rememberMeeting, saveSeat } from '../client/storage.js';
import type { LiveClientMessage } from '../protocol/live.js';
import type {
  ClientMessage,
  MarkerKind,
  ServerMessage,
  ServerMessageOf,
  SlotKind,
  SourceKind,
  View,
} from '../protocol/messages.js';
import { initialState, reduce, type EndReason, type RoomEvent, type RoomState } from './state.js';
import { Store } from './store.js';

/** What a person brings through the door. */
export interface Entry {
  name: string;
  microphone: boolean;
  camera: boolean;
  lang: string;
}

/** The media side, which must be to the right of this folder. */
export interface SessionMedia {
  /** `join` is out: an offer that is ready may follow it. */
  joining?: () => void;
  /** In the room: offer anew unless the transport lives. */
  welcomed: (message: ServerMessageOf<'welcome'>) => void;
  /** Any other message, after the state has taken it in. */
  told: (message: ServerMessage) => void;
}

/** A publication as the server should know it. */
export interface Publication {
  source: SourceKind;
  on: boolean;
  muted?: boolean;
  width?: number;
  height?: number;
}

export class Session {
  readonly store = new Store<RoomState>(initialState());
  media: SessionMedia | null = null;
  private readonly socket: Socket;
  private token = '';
  private entry: Entry | null = null;
  private resume = '';
  private tokenTries = 0;
  /** Of a meeting that is encrypted end to end, as its link holds it; '' = it is not. */
  key = '';
  /** How the link's code becomes a token. */
  exchange = guestPass;
  private readonly over = new AbortController();

  constructor(readonly code: string) {
    const seat = loadSeat(code);
    this.resume = seat?.resume ?? '';
    this.token = seat?.token ?? '';
    this.socket = new Socket(socketUrl(), {
      up: () => this.sendJoin(),
      message: (message) => this.heard(message),
      bad: (why) => this.notice('bad_message', why),
      down: (code_, again) => this.lineDown(code_, again),
    });
    const { signal } = this.over;
    window.addEventListener('online', () => this.socket.hurry(), { signal });
    window.addEventListener('pagehide', () => this.pageGone(), { signal });
  }

  /** Its place in the page is gone, the page is not: nothing of it stays, and it does not come back. */
  dispose(): void {
    this.over.abort();
    this.socket.close();
  }

  get state(): RoomState {
    return this.store.get();
  }

  dispatch(event: RoomEvent): void {
    this.store.set(reduce(this.state, event, Date.now()));
  }

  notice(code: string, name?: string): void {
    this.dispatch({ t: 'local/notice', code, ...(name !== undefined && { name }) });
  }

  /** Opens the line before it is needed, so that joining does not wait for it. */
  warm(): void {
    this.socket.warm();
  }

  /** Gets the right to enter. Rejects with an {@link ApiError}. */
  async fetchToken(name: string): Promise<{ title: string }> {
    const start = loadStart(this.code);
    if (start && !this.tokenTries) {
      this.token = start.token;
      return { title: '' };
    }
    const pass = await this.exchange(this.code, name);
    this.token = pass.token;
    return pass.room;
  }

  async join(entry: Entry): Promise<void> {
    this.entry = entry;
    this.dispatch({ t: 'local/joining' });
    try {
      if (!this.token) await this.fetchToken(entry.name);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal';
      if (code === 'no_such_room') this.end('no_such_room');
      throw error;
    }
    this.keep();
  }

  private keep(): void {
    if (!this.over.signal.aborted) this.socket.keep();
  }

  private sendJoin(): void {
    const entry = this.entry;
    if (!entry) return;
    const { name, lang } = entry;
    const message: ClientMessage = { t: 'join', name, lang, device: deviceName() };
    if (this.token) message.token = this.token;
    if (this.resume) message.resume = this.resume;
    if (place.visitor) message.visitor = place.visitor;
    this.socket.request(message).catch(() => undefined);
    this.media?.joining?.();
  }

  private heard(message: ServerMessage): void {
    this.dispatch(message);
    if (message.t === 'welcome') {
      this.welcomed(message);
      this.media?.welcomed(message);
      return;
    }
    if (message.t === 'closed' || message.t === 'denied') this.doorClosed(message.reason);
    if (message.t === 'error') {
      const { code } = message;
      if (code === 'room_full') this.end(code);
      else if (code !== 'internal' && this.state.phase === 'room') this.notice(`error_${code}`);
    }
    this.media?.told(message);
  }

  private welcomed(message: ServerMessageOf<'welcome'>): void {
    this.socket.settled();
    this.resume = message.resume_token;
    this.tokenTries = 0;
    this.keepSeat();
    if (message.room.kind === 'meeting') rememberMeeting(this.code, message.room.title, Date.now());
  }

  /** Remembers the seat, so that a reloaded page comes back to it with the same devices on. */
  keepSeat(change: Partial<Entry> = {}): void {
    if (!this.entry || !this.resume) return;
    this.entry = { ...this.entry, ...change };
    const { name, microphone, camera } = this.entry;
    saveSeat(this.code, { resume: this.resume, token: this.token, name, microphone, camera });
  }

  private doorClosed(reason: EndReason): void {
    if (reason === 'server_shutdown') return;
    this.resume = '';
    saveSeat(this.code, null);
    this.socket.close();
  }

  private lineDown(code: number, again: boolean): void {
    if (code === 4401 && this.tokenTries++ < 1) {
      void this.retryToken();
      return;
    }
    this.dispatch({ t: 'local/down', again });
    if (again || this.state.phase === 'ended') return;
    this.end(code === 4404 ? 'no_such_room' : code === 4401 ? 'token_expired' : 'refused');
  }

  /** A token may have run out while we were away: a new one costs nothing. */
  private async retryToken(): Promise<void> {
    try {
      await this.fetchToken(this.entry?.name ?? '');
      this.keep();
    } catch {
      this.end('token_expired');
    }
  }

  private end(reason: EndReason): void {
    this.dispatch({ t: 'local/end', reason });
    this.doorClosed(reason);
  }

  private pageGone(): void {
    if (this.resume && this.state.phase !== 'ended') leaveByBeacon(this.resume);
  }

  leave(): void {
    this.socket.send({ t: 'leave' });
    this.end('left');
  }

  /** Hosts; the server decides whether it may be. */
  record(action: 'start' | 'pause' | 'resume' | 'stop'): void {
    this.socket.send({ t: 'record', action });
  }

  /** Whether this person may be recorded. */
  consent(answer: boolean): void {
    this.socket.send({ t: 'consent', answer });
  }

  /** `ago_ms`: so long before now lies what is noted. */
  mark(kind: MarkerKind, text: string, owner: string, ago_ms: number): void {
    this.socket.send({ t: 'marker', kind, text, ago_ms, ...(owner && { owner }) });
  }

  endForAll(): void {
    this.socket.send({ t: 'end' });
  }

  /** Resolves with the answer's SDP. */
  async offer(
    sdp: string,
    senders: { mid: string; source: SourceKind }[],
    slots: { mid: string; kind: SlotKind }[],
  ): Promise<string> {
    const reply = await this.socket.request({ t: 'offer', sdp, senders, slots });
    if (reply.t !== 'answer') throw new Error(`answer expected, got ${reply.t}`);
    return reply.sdp;
  }

  view(view: View): void {
    this.socket.send({ t: 'view', ...view });
  }

  publish(publication: Publication): void {
    this.socket.send({ t: 'source', ...publication });
    const { source, on, muted } = publication;
    if (source === 'microphone') this.keepSeat({ microphone: on && !muted });
    if (source === 'camera') this.keepSeat({ camera: on });
  }

  rename(name: string): void {
    this.keepSeat({ name });
    this.socket.send({ t: 'name', name });
  }

  /** Resolves when the server has it; rejects when it does not. */
  async chat(text: string, clientId: string): Promise<void> {
    await this.socket.request({ t: 'chat', client_id: clientId, text });
  }

  raiseHand(raised: boolean, participant?: string): void {
    this.socket.send({ t: 'hand', raised, ...(participant && { participant }) });
  }

  react(emoji: string): void {
    this.socket.send({ t: 'reaction', emoji });
  }

  /** The page's own report on what it saw. */
  report(stats: { frames: number; freezes: number; freeze_ms: number; concealed: number }): void {
    this.socket.send({ t: 'stats', ...stats });
  }

  /** What this person may do over HTTP; '' = as anybody. */
  get bearer(): string {
    return this.token;
  }

  /** Anything of a live room. */
  tell(message: LiveClientMessage): void {
    this.socket.send(message);
  }

  /** The same, with an answer or a {@link RequestError}. */
  ask(message: ClientMessage): Promise<ServerMessage> {
    return this.socket.request(message);
  }

  /** Moderation, as docs/protocol.md names it; the server decides whether it may be. */
  moderate(
    message: Extract<
      ClientMessage,
      { t: 'admit' | 'deny' | 'ask_unmute' | 'room' | 'mute_all' | 'mute' | 'remove' | 'role' }
    >,
  ): void {
    this.socket.send(message);
  }
}
