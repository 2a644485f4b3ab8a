/** The picture of the front door: a moon gate, a warm room behind it, two chairs and a table. */
import { html, type TemplateResult } from 'lit';

export function picture(): TemplateResult {
  return html`<svg class="gate-picture" viewBox="0 0 420 420">
    <rect class="p-wall" width="420" height="420" rx="28" />
    <path
      class="p-brick"
      d="M0 84h52M0 168h36M0 252h44M368 84h52M384 168h36M376 252h44M92 0v40M328 0v40M30 84v84M390 84v84"
    />
    <circle class="p-rim" cx="210" cy="206" r="166" />
    <clipPath id="moon"><circle cx="210" cy="206" r="150" /></clipPath>
    <g clip-path="url(#moon)">
      <rect class="p-inside" x="60" y="56" width="300" height="300" />
      <circle class="p-glow" cx="210" cy="128" r="96" />
      <path class="p-cord" d="M210 56v42" />
      <path class="p-lamp" d="M180 98h60l12 46h-84z" />
      <path class="p-floor" d="M60 292h300v80H60z" />
      <path
        class="p-window"
        d="M86 132h58v92H86zM115 132v92M86 178h58M276 132h58v92h-58zM305 132v92M276 178h58"
      />
      <path
        class="p-chair"
        d="M112 222c0-12 28-12 28 0v44h22c8 0 8 14 0 14h-8v40h-8v-40h-26v40h-8z"
      />
      <path
        class="p-chair"
        d="M308 222c0-12-28-12-28 0v44h-22c-8 0-8 14 0 14h8v40h8v-40h26v40h8z"
      />
      <path class="p-table" d="M178 268h64v8h-28v44h-8v-44h-28z" />
      <path
        class="p-cup"
        d="M188 256h14c0 8-2 12-7 12s-7-4-7-12zM218 256h14c0 8-2 12-7 12s-7-4-7-12z"
      />
      <path class="p-steam" d="M195 250c-4-5 4-8 0-14M225 250c-4-5 4-8 0-14" />
    </g>
    <path class="p-step" d="M120 372h180l14 22H106z" />
  </svg>`;
}
