/** "Schedule a meeting": when, how often, who; then its link, its date, everybody's invitation. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { saveAfterSignin } from '../client/after-signin.js';
import { copyText } from '../client/copy.js';
import { ApiError } from '../client/http.js';
import { calendarOf, planMeeting, REPEATS, type Planned, type Repeat } from '../client/plans.js';
import { savePass } from '../client/pass.js';
import { loadChoices, rememberMeeting } from '../client/storage.js';
import { codeFromInput } from '../protocol/code.js';
import { Plain } from './base.js';
import { lang, t } from './i18n/index.js';
import { icon } from './icons.js';
import './styles/schedule.css';
import { whyNot } from './why-not.js';

const WORDS = {
  title: ['Schedule a meeting', '预约会议'],
  close: ['Close', '关闭'],
  what: ['Title', '会议主题'],
  when: ['Begins ({zone})', '开始时间（{zone}）'],
  long: ['Lasts', '时长'],
  minutes: ['{n} min', '{n} 分钟'],
  repeat: ['Repeats', '重复'],
  r_never: ['Does not repeat', '不重复'],
  r_daily: ['Every day', '每天'],
  r_workdays: ['Monday to Friday', '每个工作日'],
  r_weekly: ['Every week', '每周'],
  r_fortnight: ['Every two weeks', '每两周'],
  r_nth: ['Every month, that weekday', '每月同一星期'],
  r_day: ['Every month, that day', '每月同一日期'],
  until: ['Last day (may be empty)', '截止日期（可不填）'],
  who: ['Who: one a line, name and contact', '参会人：每行一位，姓名和联系方式'],
  who_hint: ['Ann, ann@example.com', '王芳，wang@example.com'],
  watermark: ["Viewer's name over the picture", '画面显示观看者姓名水印'],
  doc: ['A document beside it: https address (may be empty)', '会中文档：https 网址（可不填）'],
  panel: [
    'A panel of your application: https address (may be empty)',
    '业务面板：https 网址（可不填）',
  ],
  partners: ['Partners of other companies', '外部伙伴'],
  p_allow: ['come in', '可直接进入'],
  p_lobby: ['a host lets them in', '须主持人同意'],
  p_deny: ['do not come in', '不可进入'],
  record: ['Recording', '录制'],
  rec_by_host: ['when a host says so', '由主持人决定'],
  rec_always: ['always', '始终录制'],
  rec_never: ['never', '从不录制'],
  make: ['Make it', '预约'],
  made: ['It is planned', '会议已预约'],
  link: ['Link for everybody', '会议链接'],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  own: ['Your own link as its host (this browser has it)', '您的主持人专属链接（此浏览器已保存）'],
  invited: ['Invitations: one person each', '邀请：每个链接仅限一人'],
  ics: ['Add to my calendar', '添加到日历'],
  open: ['Open the meeting', '打开会议'],
  failed: ['It could not be planned.', '预约失败。'],
  past: ['Choose a time that is still to come.', '请选择将来的时间。'],
  signin: ['Sign in to plan meetings.', '请先登录再预约会议。'],
} as const;
type Word = keyof typeof WORDS;

function s(key: Word, fill: Record<string, string | number> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(fill[name] ?? ''),
  );
}

const two = (n: number): string => String(n).padStart(2, '0');

/** The next full hour, as an input of local time has it. */
function nextHour(): string {
  const at = new Date(Date.now() + 3_600_000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:00`;
}

@customElement('parlor-schedule')
export class Schedule extends Plain {
  @state() private made: Planned | null = null;
  @state() private error: string | TemplateResult = '';
  @state() private stranger = false;
  @state() private busy = false;
  @state() private copied = '';
  private readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

  open(): void {
    void this.updateComplete.then(() => this.querySelector('dialog')?.showModal());
  }

  private readonly close = (): void => {
    this.querySelector('dialog')?.close();
    this.made = null;
    this.error = '';
  };

  private value(name: string): string {
    return this.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? '';
  }

  private async plan(event: Event): Promise<void> {
    event.preventDefault();
    this.busy = true;
    this.error = '';
    try {
      const made = await planMeeting({
        title: this.value('title'),
        start: this.value('start'),
        zone: this.zone,
        minutes: Number(this.value('minutes')),
        repeat: this.value('repeat') as Repeat,
        until: this.value('until'),
        watermark: this.querySelector<HTMLInputElement>('[name="watermark"]')?.checked ?? false,
        partners: this.value('partners'),
        record: this.value('record'),
        doc: this.value('doc').trim(),
        panel: this.value('panel').trim(),
        people: this.value('people'),
        host: loadChoices().name || (lang() === 'en' ? 'Host' : '主持人'),
      });
      this.keep(made);
      this.made = made;
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal';
      this.stranger = code === 'unauthorized';
      this.error =
        code === 'bad_request'
          ? s('past')
          : code === 'unauthorized'
            ? s('signin')
            : html`${s('failed')} ${whyNot(code)}`;
    }
    this.busy = false;
  }

  /** This browser is the meeting's host, each time. */
  private keep(made: Planned): void {
    const code = codeFromInput(made.code) ?? made.code;
    const own = made.invitations[0]?.url;
    if (own) savePass(code, own.slice(own.indexOf('.', own.indexOf('#')) + 1));
    rememberMeeting(code, made.title, Date.now());
  }

  private async copy(url: string): Promise<void> {
    this.copied = (await copyText(url)) ? url : '';
  }

  private async save(made: Planned): Promise<void> {
    const file = await calendarOf(made.id, made.host_token);
    if (!file) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = 'meeting.ics';
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  protected override render(): TemplateResult {
    return html`<dialog
      class="plan-dialog"
      aria-labelledby="plan-title"
      data-testid="schedule-dialog"
    >
      ${this.made ? this.result(this.made) : this.form()}
    </dialog>`;
  }

  private head(title: string): TemplateResult {
    return html`<header>
      <h2 id="plan-title">${title}</h2>
      <button
        class="tile-button"
        type="button"
        data-testid="schedule-close"
        aria-label=${s('close')}
        @click=${this.close}
      >
        ${icon('close')}
      </button>
    </header>`;
  }

  private choice(
    name: string,
    label: string,
    options: [string, string][],
    chosen = '',
  ): TemplateResult {
    return html`<label class="field">
      <span>${label}</span>
      <select name=${name}>
        ${options.map(
          ([value, words]) =>
            html`<option value=${value} ?selected=${value === chosen}>${words}</option>`,
        )}
      </select>
    </label>`;
  }

  /** Of what stands beside the meeting. */
  private address(name: 'doc' | 'panel'): TemplateResult {
    return html`<label class="field">
      <span>${s(name)}</span>
      <input
        name=${name}
        type="url"
        maxlength="2000"
        pattern="https://.+"
        data-testid="schedule-${name}"
      />
    </label>`;
  }

  private form(): TemplateResult {
    const lengths = [15, 30, 45, 60, 90, 120, 180].map((n): [string, string] => [
      String(n),
      s('minutes', { n }),
    ]);
    return html`<form @submit=${(event: Event) => this.plan(event)}>
      ${this.head(s('title'))}
      <label class="field">
        <span>${s('what')}</span>
        <input name="title" maxlength="200" autocomplete="off" data-testid="schedule-what" />
      </label>
      <div class="pair">
        <label class="field">
          <span>${s('when', { zone: this.zone })}</span>
          <input
            name="start"
            type="datetime-local"
            required
            data-testid="schedule-start"
            .value=${nextHour()}
          />
        </label>
        ${this.choice('minutes', s('long'), lengths, '60')}
        ${this.choice(
          'repeat',
          s('repeat'),
          REPEATS.map((one): [string, string] => [one, s(`r_${one}`)]),
        )}
        <label class="field">
          <span>${s('until')}</span>
          <input name="until" type="date" />
        </label>
      </div>
      <label class="field">
        <span>${s('who')}</span>
        <textarea name="people" placeholder=${s('who_hint')} data-testid="schedule-who"></textarea>
      </label>
      ${this.address('doc')} ${this.address('panel')}
      <div class="pair">
        ${this.choice('partners', s('partners'), [
          ['allow', s('p_allow')],
          ['lobby', s('p_lobby')],
          ['deny', s('p_deny')],
        ])}
        ${this.choice('record', s('record'), [
          ['by_host', s('rec_by_host')],
          ['always', s('rec_always')],
          ['never', s('rec_never')],
        ])}
      </div>
      <div>
        <label class="check">
          <input type="checkbox" name="watermark" data-testid="schedule-watermark" />
          <span>${s('watermark')}</span>
        </label>
      </div>
      ${this.error ? html`<p class="error" role="alert" data-testid="schedule-error">${this.error}</p>` : nothing}
      ${
        this.error && this.stranger
          ? html`<a class="button" href="/signin" @click=${() => saveAfterSignin('/')}
              >${t('signin')}</a
            >`
          : nothing
      }
      <button class="button primary" data-testid="schedule-make" ?disabled=${this.busy}>
        ${s('make')}
      </button>
    </form>`;
  }

  private line(words: string, url: string, testid: string): TemplateResult {
    return html`<li>
      <span>${words}</span>
      <button
        class="button quiet"
        type="button"
        data-testid=${testid}
        data-url=${url}
        aria-label="${s('copy')}: ${words}"
        @click=${() => this.copy(url)}
      >
        ${icon(this.copied === url ? 'check' : 'copy')}${s(this.copied === url ? 'copied' : 'copy')}
      </button>
    </li>`;
  }

  private result(made: Planned): TemplateResult {
    const [own, ...others] = made.invitations;
    const next = made.schedule?.next[0];
    const link = `${location.origin}/m#${codeFromInput(made.code) ?? made.code}`;
    return html`<section role="status" data-testid="schedule-made">
      ${this.head(s('made'))}
      <p>
        <b>${made.title}</b><br />
        ${
          next
            ? new Date(next.start).toLocaleString(lang(), { dateStyle: 'full', timeStyle: 'short' })
            : nothing
        }
      </p>
      <ul class="links">
        ${this.line(s('link'), link, 'schedule-link')}
        ${own?.url ? this.line(s('own'), own.url, 'schedule-own') : nothing}
      </ul>
      ${
        others.length > 0
          ? html`<h3>${s('invited')}</h3>
              <ul class="links">
                ${others.map((one) => this.line(one.name, one.url ?? '', 'schedule-invitation'))}
              </ul>`
          : nothing
      }
      <div class="pair">
        <button
          class="button primary"
          type="button"
          data-testid="schedule-ics"
          @click=${() => this.save(made)}
        >
          ${s('ics')}
        </button>
        <a class="button quiet" href=${link}>${s('open')}</a>
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parlor-schedule': Schedule;
  }
}
