/** Test support: where our answer is not the other engine's, what we answer and why. `error`: the expression is refused. */
export type Difference = { ours: unknown; because: string }

const value = 'a FHIR primitive converts to its System value before it is compared, so its extensions do not count'
const order = 'the order of items does not count for equivalence'
const zone = 'the moment keeps the zone it was written in; the other engine moves it to the machine’s'
const units = 'quantities of different kinds cannot be compared: the answer is empty, not false'
const several = 'the search parameters of R4 use `as` on elements that repeat; it filters like ofType'
const text = 'only the way it prints differs'
const missing = 'the other engine does not have it'
const strict = 'a call without its arguments is a mistake, not an empty answer'

export const differences: Record<string, Difference> = {
  'name.given.distinct()': { ours: ['花子', 'Hana', 'Hanako'], because: value },
  'name.given.isDistinct()': { ours: [false], because: value },
  'name.given | contact.name.given': { ours: ['花子', 'Hana', 'Hanako', '太郎'], because: value },
  "name.given.intersect('花子' | 'x')": { ours: ['花子'], because: 'intersect removes repetitions' },
  'text.div': { ours: ['<div xmlns="http://www.w3.org/1999/xhtml"><p>縁 花子</p></div>'], because: 'after a dot no operator can stand' },
  'entry.resource.ofType(Patient).text.div.htmlChecks()': { ours: [true], because: 'after a dot no operator can stand' },
  'name.skip(-1).use': { ours: ['official', 'usual', 'maiden'], because: 'to skip fewer than none skips none' },
  'name.take(-1)': { ours: [], because: 'to take fewer than none takes none' },
  'name.first().convertsToString()': { ours: [false], because: 'a name is no value' },
  "'3 day'.toQuantity()": { ours: ['3 days'], because: text },
  "'aXbXc'.replace('X', '$&')": { ours: ['a$&b$&c'], because: 'replace takes the text as it is' },
  "'縁側'.matches('^\\\\p{Han}+$')": { ours: [true], because: 'RE2 knows scripts by name' },
  '1.0.precision()': { ours: [1], because: missing },
  '1.58700.precision()': { ours: [5], because: missing },
  '@2014.precision()': { ours: [4], because: missing },
  '@2014-01-05T10:30:00.000.precision()': { ours: [17], because: missing },
  '@T10:30.precision()': { ours: [4], because: missing },
  '@2014-01-01T08.lowBoundary(17)': {
    ours: ['2014-01-01T08:00:00.000+14:00'],
    because: 'a moment without a zone may lie in any of them; the earliest is 14 hours east',
  },
  '@2014-01-01T08.highBoundary(17)': {
    ours: ['2014-01-01T08:59:59.999-12:00'],
    because: 'a moment without a zone may lie in any of them; the latest is 12 hours west',
  },
  '(1 | 2) ~ (2 | 1)': { ours: [true], because: order },
  '@2012-04-15T10:00:00Z + 90 minutes': { ours: ['2012-04-15T11:30:00Z'], because: zone },
  '@2012-04-15T10:00:00.000Z + 1 millisecond': { ours: ['2012-04-15T10:00:00.001Z'], because: zone },
  '@2012-04-15T23:59:59Z + 1 second': { ours: ['2012-04-16T00:00:00Z'], because: zone },
  '@2012-04-15T10:00 + 30 seconds': { ours: ['2012-04-15T10:00'], because: zone },
  "@2012-04-15T10:00:00Z + 1 's'": { ours: ['2012-04-15T10:00:01Z'], because: zone },
  '(component.value as Quantity).value': { ours: [1.5], because: several },
  'component.value.as(Quantity).value': { ours: [1.5], because: several },
  'code.coding.as(Coding).code': { ours: ['29463-7', 'W'], because: several },
  "value = 1 'm'": { ours: [], because: units },
  "1 'g' = 1 's'": { ours: [], because: units },
  "5 'mg' = 5": { ours: [], because: units },
  "1 'foo' = 2 'bar'": { ours: [], because: units },
  'value * 2': { ours: ["125.0 'kg'"], because: text },
  "6 'm' / 2 's'": { ours: ["3 'm/s'"], because: text },
  'status.ofType(System.String)': { ours: [], because: '`status is System.String` is false, and ofType asks the same' },
  'entry.resource.ofType(Encounter).subject.resolve().id': { ours: ['p1'], because: 'a reference inside the bundle needs no network' },
  'entry[1].resource.component.where(value is Quantity and value.value > 1).code.text': {
    ours: ['a'],
    because: 'the right side of `and` is not looked at where the left side settles it',
  },
  'substring()': { ours: 'error', because: strict },
  'name.where()': { ours: 'error', because: strict },
  'name.ofType()': { ours: 'error', because: strict },
}
