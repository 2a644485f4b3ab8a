/**
 * What /admin shows, in the order of its navigation. A section is fetched when it is opened; it is
 * an element that gets the session as its property `session`. Whoever adds one adds a row.
 */
import type { SessionInfo } from '../../client/account.js';
import type { Word } from './words.js';

export interface Section {
  /** After `#/`, and its `data-testid` is `nav-` and this. */
  path: string;
  label: Word;
  /** Who sees it; the server decides for itself. */
  roles: string[];
  /** Its element's name; `load` defines it. */
  tag: string;
  load: () => Promise<unknown>;
  group?: Word;
}

const ADMINS = ['owner', 'admin'];
const EVERYBODY = ['owner', 'admin', 'supervisor', 'host', 'assistant', 'rep', 'auditor'];

export const SECTIONS: Section[] = [
  {
    path: 'recordings',
    label: 'nav_recordings',
    roles: [...ADMINS, 'auditor'],
    tag: 'parlor-admin-recordings',
    load: () => import('./recordings.js'),
  },
  {
    path: 'storage',
    label: 'nav_storage',
    roles: [...ADMINS, 'auditor'],
    tag: 'parlor-admin-storage',
    load: () => import('./storage.js'),
  },
  {
    path: 'audit',
    label: 'nav_audit',
    roles: [...ADMINS, 'auditor'],
    tag: 'parlor-admin-audit',
    load: () => import('./audit.js'),
  },
  {
    path: 'settings/brand',
    label: 'nav_brand',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-brand',
    load: () => import('./brand.js'),
  },
  {
    path: 'settings/people',
    label: 'nav_people',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-people',
    load: () => import('./people.js'),
  },
  {
    path: 'settings/groups',
    label: 'nav_groups',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-groups',
    load: () => import('./groups.js'),
  },
  {
    path: 'settings/reps',
    label: 'nav_reps',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-reps',
    load: () => import('./reps.js'),
  },
  {
    path: 'settings/entries',
    label: 'nav_entries',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-entries',
    load: () => import('./entries.js'),
  },
  {
    path: 'settings/rules',
    label: 'nav_rules',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-rules',
    load: () => import('./rules.js'),
  },
  {
    path: 'settings/alerts',
    label: 'nav_alerts',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-alerts',
    load: () => import('./alerts.js'),
  },
  {
    path: 'settings/materials',
    label: 'nav_materials',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-materials',
    load: () => import('./materials.js'),
  },
  {
    path: 'settings/keys',
    label: 'nav_keys',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-keys',
    load: () => import('./keys.js'),
  },
  {
    path: 'settings/hooks',
    label: 'nav_hooks',
    group: 'settings',
    roles: ADMINS,
    tag: 'parlor-admin-hooks',
    load: () => import('./hooks.js'),
  },
  {
    path: 'account',
    label: 'nav_account',
    roles: EVERYBODY,
    tag: 'parlor-admin-account',
    load: () => import('./account.js'),
  },
];

export function sectionsFor(session: SessionInfo): Section[] {
  return SECTIONS.filter((one) => one.roles.some((role) => session.roles.includes(role)));
}
