/** Scopes as parts a person can say yes or no to, and what is left of them afterwards. Pure. */
import type { Sentence } from '#kernel/language'
import { type SmartScope, smartScope } from '#kernel/scope'
import { type Group, groupOf, groups, narrowedWords, typesIn, typeWords } from './type-words.ts'

/** Reading and writing are decided apart. */
export type PartAct = 'read' | 'write'
export type Part = {
  /** `medicines.read`; `away` for going on while the person is away. */
  id: string
  group: Group | 'away'
  act: PartAct
  /** What it is, in one or two words. */
  name: Sentence
  /** What it holds, as far as the app asked for it. */
  about: readonly Sentence[]
  /** The app asks for more people than one: for everyone the person may see. */
  everyone: boolean
}

const acts: Record<PartAct, string> = { read: 'rs', write: 'cud' }
const partActs: readonly PartAct[] = ['read', 'write']
const letters = 'cruds'

/** Scopes that say who signs in, decided together with the demographic record. */
const identityScopes: readonly string[] = ['profile', 'fhirUser', 'email', 'phone', 'address']

const touches = (scope: SmartScope, act: PartAct): boolean => [...acts[act]].some((letter) => scope.acts.includes(letter))
const groupsOf = (scope: SmartScope): Group[] =>
  scope.type === '*' ? (Object.keys(groups) as Group[]).filter((group) => group !== 'registers') : [groupOf(scope.type)]

/** One resource scope in words: its type, or what it is narrowed to. */
export function scopeWords(scope: SmartScope): Sentence {
  const codes = scope.where.map(([param, value]) => {
    const each = value.split(',').map((code) => narrowedWords(param, code))
    return { ja: each.map(({ ja }) => ja).join('、'), en: each.map(({ en }) => en).join(', ') }
  })
  const type = typeWords(scope.type)
  if (codes.length === 0) return type
  const [ja, en] = [codes.map((c) => c.ja).join('、かつ'), codes.map((c) => c.en).join(', and ')]
  return { ja: `${type.ja}のうち、${ja}だけ`, en: `${type.en}, but only ${en}` }
}

function partOf(group: Group, act: PartAct, scopes: readonly SmartScope[]): Part {
  const whole = scopes.some((scope) => scope.type === '*')
  const said = whole ? [groups[group].about] : scopes.map(scopeWords)
  const about = said.filter((one, n) => said.findIndex((other) => other.ja === one.ja) === n)
  return { id: `${group}.${act}`, group, act, name: groups[group].name, about, everyone: scopes.some((s) => s.context === 'user') }
}

const away: Part = {
  id: 'away',
  group: 'away',
  act: 'read',
  name: { ja: 'あなたが使っていないときも見る', en: 'Also when you are away' },
  about: [
    {
      ja: 'アプリを閉じたあとも、あなたがやめさせるまで、上で選んだ情報を見に来ます。',
      en: 'The app comes back for what is chosen above even after you closed it, until you end it.',
    },
  ],
  everyone: false,
}

/** What a person is asked, in the order of the groups: reading first, then writing, then going on while they are away. */
export function askedParts(asked: readonly string[]): Part[] {
  const scopes = asked.flatMap((text) => smartScope(text) ?? []).filter((scope) => scope.context !== 'system')
  const parts = partActs.flatMap((act) =>
    (Object.keys(groups) as Group[]).flatMap((group) => {
      if (group === 'registers') return []
      const of = scopes.filter((scope) => touches(scope, act) && groupsOf(scope).includes(group))
      const named = group === 'identity' && act === 'read' && asked.some((scope) => identityScopes.includes(scope))
      if (of.length === 0 && !named) return []
      const part = partOf(group, act, of)
      return [of.length === 0 ? { ...part, about: [groups.identity.about] } : part]
    }),
  )
  return asked.includes('offline_access') ? [...parts, away] : parts
}

/** A scope with fewer acts, in the newer form; null where none is left. */
function withActs(scope: SmartScope, allowed: ReadonlySet<string>, type = scope.type): string | null {
  const left = [...letters].filter((letter) => scope.acts.includes(letter) && allowed.has(letter)).join('')
  if (left === '') return null
  return `${scope.context}/${type}.${left}${scope.query === '' ? '' : `?${scope.query}`}`
}

/** Letters that the ticked parts of a group let through. Registers are about nobody: reading them needs no tick. */
const lettersFor = (group: Group, ticked: ReadonlySet<string>): Set<string> =>
  new Set(partActs.flatMap((act) => ((group === 'registers' && act === 'read') || ticked.has(`${group}.${act}`) ? [...acts[act]] : [])))

function left(text: string, ticked: ReadonlySet<string>): string[] {
  const scope = smartScope(text)
  if (scope === null) {
    if (text === 'offline_access') return ticked.has('away') ? [text] : []
    if (identityScopes.includes(text)) return ticked.has('identity.read') ? [text] : []
    // What the page does not ask about: openid, launch.
    return /^[a-z]+\//.test(text) && !text.startsWith('launch/') ? [] : [text]
  }
  if (scope.context === 'system') return []
  const of = groupsOf(scope)
  const whole = of.every((group) => partActs.every((act) => !touches(scope, act) || ticked.has(`${group}.${act}`)))
  if (whole) return [text]
  if (scope.type !== '*') return [withActs(scope, lettersFor(of[0]!, ticked))].filter((one) => one !== null)
  const personal = of.flatMap((group) => {
    const allowed = lettersFor(group, ticked)
    return typesIn(group).flatMap((type) => withActs(scope, allowed, type) ?? [])
  })
  if (personal.length === 0) return []
  return [...personal, ...namesAlong.flatMap((type) => withActs(scope, lettersFor('registers', ticked), type) ?? [])]
}

/** Registers that what is let in refers to: a result without the name of its hospital is of little use. */
const namesAlong = ['Organization', 'Practitioner', 'PractitionerRole', 'Location']

/** What is let in of what was asked for: the scopes of the ticked parts. Never more than was asked. */
export function scopesOfTicked(asked: readonly string[], parts: readonly string[]): string[] {
  const ticked = new Set(parts)
  return [...new Set(asked.flatMap((text) => left(text, ticked)))]
}

/** Words of the person's, said to staff who decide about a patient. */
const said: readonly [from: RegExp, to: string][] = [
  [/\byou were\b/g, 'the patient was'],
  [/\byou are\b/g, 'the patient is'],
  [/\byou take\b/g, 'the patient takes'],
  [/\byou use\b/g, 'the patient uses'],
  [/\byour\b/g, 'the patient’s'],
  [/\bYour\b/g, 'The patient’s'],
  [/\byou\b/g, 'the patient'],
]

/** A part as staff read it: its words speak of the patient. What goes on "when you are away" stays about themselves. */
export function forStaff(part: Part): Part {
  if (part.group === 'away') return part
  const turned = ({ ja, en }: Sentence): Sentence => ({
    ja: ja.replaceAll('あなた', '患者'),
    en: said.reduce((text, [from, to]) => text.replace(from, to), en),
  })
  return { ...part, name: turned(part.name), about: part.about.map(turned) }
}

/** Parts that scopes which were let in stand for, as the list of connected apps shows them. */
export const partsLetIn = (scopes: readonly string[]): Part[] => askedParts(scopes)
