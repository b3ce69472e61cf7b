/** Votes that trainers hold again and again; texts are Fluent ids. */
export const POLL_TEMPLATES: readonly {
  id: string;
  question: string | null;
  options: readonly string[];
}[] = [
  {
    id: 'cockpit-template-yes-no',
    question: null,
    options: ['cockpit-template-yes', 'cockpit-template-no'],
  },
  {
    id: 'cockpit-template-clear',
    question: 'cockpit-template-clear-question',
    options: [
      'cockpit-template-clear-yes',
      'cockpit-template-clear-partly',
      'cockpit-template-clear-no',
    ],
  },
  {
    id: 'cockpit-template-pace',
    question: 'cockpit-template-pace-question',
    options: [
      'cockpit-template-pace-slow',
      'cockpit-template-pace-right',
      'cockpit-template-pace-fast',
    ],
  },
];
