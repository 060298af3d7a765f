/** Expressions of R4 (4.0.1) that do not say what R4 says in words, and what is done instead. */

type WrongExpression = {
  key: string
  on: string
  /** `words`: the native form keeps to the words. `absent`: an expression that finds nothing holds. `kept`: run as it is. */
  instead: 'words' | 'absent' | 'kept'
  why: string
}

export const wrongInR4: readonly WrongExpression[] = [
  { key: 'con-3', on: 'Condition', instead: 'words', why: 'compares a CodeableConcept with a string, so every category breaks it' },
  { key: 'obs-7', on: 'Observation', instead: 'words', why: 'compares whole codings with their display; the words speak of the same code' },
  {
    key: 'per-1',
    on: 'Period',
    instead: 'words',
    why: 'dates of different precision cannot be compared, so a year with a day in it breaks it',
  },
  { key: 'inv-1', on: 'Task', instead: 'words', why: 'dates of different precision cannot be compared' },
  { key: 'mdd-1', on: 'MedicationDispense', instead: 'words', why: 'dates of different precision cannot be compared' },
  {
    key: 'tim-4',
    on: 'Timing.repeat',
    instead: 'words',
    why: 'a duration that is only an extension cannot be compared; the same for tim-5',
  },
  { key: 'bdl-8', on: 'Bundle.entry', instead: 'words', why: 'a fullUrl that is only an extension has no text to look into' },
  { key: 'rng-2', on: 'Range', instead: 'absent', why: 'quantities without a value or of different dimension cannot be compared' },
  { key: 'drt-1', on: 'Duration', instead: 'words', why: 'a code without a system finds nothing instead of saying no' },
  { key: 'md-1', on: 'MessageDefinition.focus', instead: 'absent', why: 'max is optional; where it is absent nothing is found' },
  { key: '*-0', on: 'every definitional resource', instead: 'absent', why: 'name is optional in most; R4B asks only where it is there' },
  { key: 'que-7', on: 'Questionnaire.item.enableWhen', instead: 'words', why: 'asks for System.Boolean; the element is a FHIR boolean' },
  {
    key: 'ppc-2',
    on: 'Consent',
    instead: 'kept',
    why: "asks for the system 'something', so it never applies; the same for ppc-3, ppc-4, ppc-5",
  },
]

const whereAbsent = new Set(wrongInR4.filter(({ instead }) => instead === 'absent').map(({ key }) => key))

/** Does a rule whose expression finds nothing hold? */
export const absentHolds = (key: string): boolean => whereAbsent.has(key) || key.endsWith('-0')
