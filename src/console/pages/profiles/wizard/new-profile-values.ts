import type { Problem } from '../../../api/client.js';
import type { Schema } from '../../../api/schemas.js';
import type { AnalysisBody } from '../analysis/use-analysis.js';
import { messagesByField } from '../field-messages.js';
import { isoOf } from '../local-time.js';

type NewProfile = Schema<'NewEmailServerProfile'>;

/** What the wizard asks for. The password stands here, in memory, and nowhere else. */
export interface NewProfileValues {
  readonly serverKind: Schema<'SetupGuide'>['serverKind'];
  /** Whether Autodiscover is to find the address. */
  readonly findsAddress: boolean;
  readonly ewsUrl: string;
  readonly trustedHosts: string[];
  readonly username: string;
  readonly password: string;
  readonly access: NewProfile['access'];
  readonly connectingSidType: NewProfile['connectingSidType'];
  readonly testAddress: string;
  readonly canaryAddress: string;
  readonly name: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  /** As a field for local date and time has it; empty: from the moment it is saved. */
  readonly processEmailsFrom: string;
  readonly minPollingIntervalSeconds: number | string;
  readonly maxConcurrentConnections: number | string;
  readonly notifyOwner: boolean;
  readonly escalates: boolean;
  readonly escalationName: string;
  readonly escalationEmail: string;
  readonly escalateAfterMinutes: number | string;
}

type Field = keyof NewProfileValues;

export const wizardSteps = ['Server', 'Account', 'Test', 'Details', 'Save'] as const;

const fieldsOfStep: readonly (readonly Field[])[] = [
  ['serverKind', 'findsAddress', 'ewsUrl', 'trustedHosts'],
  ['username', 'password', 'access', 'connectingSidType'],
  ['testAddress', 'canaryAddress'],
  [
    'name',
    'ownerName',
    'ownerEmail',
    'processEmailsFrom',
    'minPollingIntervalSeconds',
    'maxConcurrentConnections',
    'notifyOwner',
    'escalates',
    'escalationName',
    'escalationEmail',
    'escalateAfterMinutes',
  ],
];

/** The first step that has a field of these, null when none has. */
export function stepWith(fields: readonly string[]): number | null {
  const step = fieldsOfStep.findIndex((own) => own.some((field) => fields.includes(field)));
  return step === -1 ? null : step;
}

export const onlineUrl = 'https://outlook.office365.com/EWS/Exchange.asmx';

/** @param person who is told of trouble until somebody else is named */
export const emptyValues = (person: { readonly name: string; readonly email: string }): NewProfileValues => ({
  serverKind: 'exchange-server',
  findsAddress: false,
  ewsUrl: '',
  trustedHosts: [],
  username: '',
  password: '',
  access: 'impersonation',
  connectingSidType: 'SmtpAddress',
  testAddress: '',
  canaryAddress: '',
  name: '',
  ownerName: person.name,
  ownerEmail: person.email,
  processEmailsFrom: '',
  minPollingIntervalSeconds: 60,
  maxConcurrentConnections: 10,
  notifyOwner: true,
  escalates: false,
  escalationName: '',
  escalationEmail: '',
  escalateAfterMinutes: 240,
});

/** What is missing before the next step; the API looks at the rest. @returns messages by field */
export function missingIn(step: number, values: NewProfileValues): Partial<Record<Field, string>> {
  const missing: Partial<Record<Field, string>> = {};
  const need = (field: Field, message: string) => {
    const value = values[field];
    if (typeof value === 'string' && value.trim() === '') missing[field] = message;
  };
  const needs = [
    () => {
      if (!values.findsAddress) need('ewsUrl', 'Give the address, such as https://mail.example.com/EWS/Exchange.asmx');
    },
    () => {
      need('username', 'Give the name that the service account signs in with');
      need('password', 'Give its password');
    },
    () => undefined,
    () => {
      need('name', 'Give the profile a name');
      need('ownerName', 'Say who is told of trouble');
      need('ownerEmail', 'Say where to tell the owner');
      need('minPollingIntervalSeconds', 'Give a number of seconds');
      need('maxConcurrentConnections', 'Give a number');
      if (!values.escalates) return;
      need('escalationName', 'Say who is told then');
      need('escalationEmail', 'Say where to tell them');
      need('escalateAfterMinutes', 'Give a number of minutes');
    },
  ];
  needs[step]?.();
  return missing;
}

export const newProfileBody = (values: NewProfileValues): NewProfile => ({
  name: values.name,
  ownerName: values.ownerName,
  ownerEmail: values.ownerEmail.trim(),
  serverType: 'exchange',
  ewsUrl: values.ewsUrl.trim(),
  auth: { type: 'basic', username: values.username.trim(), password: values.password },
  access: values.access,
  connectingSidType: values.connectingSidType,
  ...(values.processEmailsFrom === '' ? {} : { processEmailsFrom: isoOf(values.processEmailsFrom) }),
  minPollingIntervalSeconds: Number(values.minPollingIntervalSeconds),
  maxConcurrentConnections: Number(values.maxConcurrentConnections),
  maxSendsPerMinute: 30,
  notifyOwner: values.notifyOwner,
  escalationContact: values.escalates ? { name: values.escalationName, email: values.escalationEmail.trim() } : null,
  escalateAfterMinutes: Number(values.escalateAfterMinutes),
  contentRetentionDays: null,
  trackingToken: {},
  smartMatching: {},
  maxAttachmentBytes: null,
  maxMessageBytes: null,
});

/** What the test looks at. Where the address is still to be found, the report is kept, for it names what was found. */
export function analysisBody(values: NewProfileValues): AnalysisBody {
  const { findsAddress, trustedHosts, access, connectingSidType, password } = values;
  const [emailAddress, canaryAddress] = [values.testAddress.trim(), values.canaryAddress.trim()];
  const looksFor = findsAddress && values.ewsUrl === '';
  return {
    ...(looksFor ? { trustedHosts, keep: true } : { ewsUrl: values.ewsUrl.trim() }),
    username: values.username.trim(),
    password,
    access,
    connectingSidType,
    ...(emailAddress === '' ? {} : { emailAddress }),
    ...(canaryAddress === '' ? {} : { canaryAddress }),
  };
}

/** What a passed test was passed with; another connection has to be tested anew. */
export const connectionOf = (values: NewProfileValues): string =>
  JSON.stringify([
    values.ewsUrl.trim(),
    values.username.trim(),
    values.password,
    values.access,
    values.connectingSidType,
  ]);

const ownNames: Readonly<Record<string, Field>> = {
  'auth.username': 'username',
  'auth.password': 'password',
  emailAddress: 'testAddress',
  'escalationContact.name': 'escalationName',
  'escalationContact.email': 'escalationEmail',
};

/** What the API says of fields, at the wizard's own fields. */
export const troublesOf = (error: Problem): Record<string, string> =>
  messagesByField(error, (field) => ownNames[field] ?? field.replace(/^trustedHosts\.\d+$/, 'trustedHosts'));
