// Slices told apart by a value: rows of a rule, an instance, and what is found.
import { describe } from 'vitest'
import { observation } from './profile.fixture.ts'
import { by, closed, code, coded, codings, component, of, one, other, two, uri, type Row, testRows } from './slices.fixture.ts'

const byValue: Row[] = [
  { rule: 'each in its slice', elements: codings(by(['value', 'system'])), instance: coded(one, two), finds: [] },
  {
    rule: 'a required slice is missing; it says what would be one',
    elements: codings(by(['value', 'system'])),
    instance: coded(two),
    finds: ['profile/slice-required Observation.code'],
    says: ["'Observation.code.coding:one'", 'urn:one'],
  },
  {
    rule: 'too many of a slice',
    elements: codings(by(['value', 'system'])),
    instance: coded(one, two, two),
    finds: ['profile/slice-max Observation.code'],
    says: ["'Observation.code.coding:two' may occur at most 1"],
  },
  {
    rule: 'an open slicing informs of what belongs to none',
    elements: codings(by(['value', 'system'])),
    instance: coded(one, other),
    finds: ['profile/slice-open Observation.code.coding[1]'],
  },
  {
    rule: 'a closed slicing refuses it',
    elements: codings(closed(by(['value', 'system']))),
    instance: coded(one, other),
    finds: ['profile/slice-closed Observation.code.coding[1]'],
  },
  {
    rule: 'what belongs to a slice is held to the slice',
    elements: codings(by(['value', 'system'])),
    instance: coded({ system: 'urn:one', code: 'a' }),
    finds: ['profile/required Observation.code.coding[0]'],
    says: ["'Observation.code.coding:one.display'"],
  },
  {
    rule: 'two discriminators, and the one that differs is named',
    elements: codings(by(['value', 'system'], ['value', 'code']), { 'Observation.code.coding:one.code': code('a') }),
    instance: coded({ system: 'urn:one', code: 'z', display: 'Z' }),
    finds: ['profile/slice-open Observation.code.coding[0]', 'profile/slice-required Observation.code'],
    says: ['The nearest, coding[0], differs in code = a'],
  },
  {
    rule: 'ordered slices in the wrong order',
    elements: codings({ ...by(['value', 'system']), ordered: true }),
    instance: coded(two, one),
    finds: ['profile/slice-order Observation.code.coding[1]'],
  },
  {
    rule: 'open at the end: what belongs to none stands last',
    elements: codings({ ...by(['value', 'system']), rules: 'openAtEnd' }),
    instance: coded(other, one),
    finds: ['profile/slice-at-end Observation.code.coding[1]', 'profile/slice-open Observation.code.coding[0]'],
  },
  {
    rule: 'the default slice takes the rest',
    elements: codings(closed(by(['value', 'system'])), {
      'Observation.code.coding:@default': {},
      'Observation.code.coding:@default.version': { min: 1, max: 1 },
    }),
    instance: coded(one, other),
    finds: ['profile/required Observation.code.coding[1]'],
  },
  {
    rule: 'the divided element binds every item, the slice only its own; what both ask is said once',
    elements: {
      ...codings(by(['value', 'system'])),
      'Observation.code.coding:one.version': { min: 1, max: 1 },
      'Observation.code.coding.version': { min: 1, max: 1 },
    },
    instance: coded(one),
    finds: ['profile/required Observation.code.coding[0]'],
  },
  {
    rule: 'a required binding tells slices apart',
    elements: {
      'Observation.category': { slicing: by(['value', '$this']) },
      'Observation.category:in': { min: 1, max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
    },
    instance: observation({ category: [of('a'), of('z')] }),
    finds: ['profile/slice-open Observation.category[1]'],
    valueSets: { 'http://example.org/vs': ['s|a'] },
  },
  {
    rule: 'where the value set is not loaded nothing is wrong, and that is said',
    elements: {
      'Observation.category': { slicing: closed(by(['value', '$this'])) },
      'Observation.category:in': { min: 1, max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
    },
    instance: observation({ category: [of('a')] }),
    finds: ['profile/slice-not-evaluated Observation.category[0]', 'profile/value-set-not-loaded Observation.category[0]'],
  },
  {
    rule: 'where the value set is not loaded, fixed parts tell',
    elements: {
      'Observation.category': { slicing: by(['value', '$this']) },
      'Observation.category:in': { min: 1, max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
      'Observation.category:in.coding': { min: 1 },
      'Observation.category:in.coding.code': code('a'),
    },
    instance: observation({ category: [of('z')] }),
    finds: ['profile/slice-open Observation.category[0]', 'profile/slice-required Observation'],
  },
  {
    rule: 'slices bound to one value set are told apart by their fixed parts',
    elements: {
      'Observation.category': {
        slicing: closed(by(['value', '$this'])),
        binding: { strength: 'required', valueSet: 'http://example.org/vs' },
      },
      'Observation.category:a': { max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
      'Observation.category:a.coding': { min: 1 },
      'Observation.category:a.coding.code': code('a'),
      'Observation.category:b': { max: 1, binding: { strength: 'required', valueSet: 'http://example.org/vs' } },
      'Observation.category:b.coding': { min: 1 },
      'Observation.category:b.coding.code': code('b'),
    },
    instance: observation({ category: [of('b'), of('a')] }),
    finds: [],
    valueSets: { 'http://example.org/vs': ['s|a', 's|b'] },
  },
  {
    rule: 'fixed parts tell by $this, both in one coding',
    elements: {
      'Observation.category': { slicing: by(['value', '$this']) },
      'Observation.category:in': { min: 1, max: 1 },
      'Observation.category:in.coding': { min: 1 },
      'Observation.category:in.coding.system': uri('s'),
      'Observation.category:in.coding.code': code('a'),
    },
    instance: observation({
      category: [
        {
          coding: [
            { system: 's', code: 'z' },
            { system: 't', code: 'a' },
          ],
        },
      ],
    }),
    finds: ['profile/slice-open Observation.category[0]', 'profile/slice-required Observation'],
  },
  {
    rule: 'a nested path through lists',
    elements: {
      'Observation.component': { slicing: by(['value', 'code.coding.code']) },
      'Observation.component:a': { min: 1, max: 1 },
      'Observation.component:a.code': {},
      'Observation.component:a.code.coding': {},
      'Observation.component:a.code.coding.code': code('a'),
    },
    instance: observation({ component: [{ code: { coding: [{ code: 'z' }, { code: 'a' }] } }, component('q')] }),
    finds: ['profile/fixed Observation.component[0].code.coding[0].code', 'profile/slice-open Observation.component[1]'],
  },
  {
    rule: 'the deciding part stands in a slice that must be there',
    elements: {
      'Observation.component': { slicing: by(['value', 'code.coding.code']) },
      'Observation.component:a': { min: 1, max: 1 },
      'Observation.component:a.code': {},
      'Observation.component:a.code.coding': { slicing: by(['value', 'system']) },
      'Observation.component:a.code.coding:x': { min: 1, max: 1 },
      'Observation.component:a.code.coding:x.system': uri('s'),
      'Observation.component:a.code.coding:x.code': code('a'),
    },
    instance: observation({ component: [component('a')] }),
    finds: [],
  },
]

describe('slices by value', () => {
  testRows(byValue)
})
