/** The door to the rules of the EMR information sharing service (JP-CLINS). Pure: no clock, database or network. */
export * from './build/index.ts'
export * from './canonicals.ts'
export { codings, element, extension, firstText, isObject, isResource, texts, values } from './element.ts'
export * from './extract.ts'
export * from './kind.ts'
export * from './member-id.ts'
export { type Example, judgeExamples, placeExample, type Verdict } from './judge.ts'
export * from './rules/index.ts'
