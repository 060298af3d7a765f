/** Nobody opens a record for the sake of a life but the one function that tells the person and makes the dossier with it. */
import { expect, test } from 'vitest'
import { readSources } from '../../tests/house/sources.ts'

const writers = /insertEmergency|prolongEmergency|endEmergency\b|insert into consent\.emergency|update consent\.emergency/
const mayWrite = [
  'care/consent/emergencies.ts',
  'care/consent/store/emergency.ts',
  // An emergency that runs already, under the other keys of the same person.
  'care/consent/store/spread.ts',
  'care/emergency/break-glass.ts',
  'care/emergency/review.ts',
]

/** Files outside the door that open, prolong or end an emergency. */
const strays = (sources: readonly { path: string; text: string }[]) =>
  sources
    .filter(({ path }) => !/\.(test|fixture)\.tsx?$|^tests\/|^bench\//.test(path))
    .filter(({ path, text }) => writers.test(text) && !mayWrite.includes(path))
    .map(({ path }) => path)

test('facts of emergencies are written behind one door', () => {
  expect(strays(readSources())).toEqual([])
  expect(strays([{ path: 'portals/x.ts', text: 'insert into consent.emergency (key)' }]), 'the control').toEqual(['portals/x.ts'])
})
