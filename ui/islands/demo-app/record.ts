/** Reads what the app was let see, and puts it on the page as text. */
import type { App, Tokens } from './oauth.ts'

type Coded = { text?: string; coding?: { display?: string; code?: string }[] }
type Row = {
  name?: { text?: string; family?: string; given?: string[] }[]
  birthDate?: string
  medicationCodeableConcept?: Coded
  code?: Coded
  authoredOn?: string
  effectiveDateTime?: string
  valueQuantity?: { value?: number; unit?: string }
  valueCodeableConcept?: Coded
  valueString?: string
  dosageInstruction?: { text?: string }[]
}
type Bundle = { entry?: { resource: Row; search?: { mode?: string } }[] }
type Said = Readonly<Record<'none' | 'notLet' | 'failed', string>>

const named = (coded: Coded | undefined): string =>
  coded?.text ?? coded?.coding?.find((c) => c.display)?.display ?? coded?.coding?.[0]?.code ?? '—'
const day = (text: string | undefined): string => text?.slice(0, 10) ?? '—'

function amountOf(row: Row): string {
  if (row.valueQuantity) return `${row.valueQuantity.value ?? '—'} ${row.valueQuantity.unit ?? ''}`.trim()
  return row.valueString ?? (row.valueCodeableConcept ? named(row.valueCodeableConcept) : '—')
}

async function read<T>(app: App, tokens: Tokens, path: string): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${app.fhir}/${path}`, {
    headers: { accept: 'application/fhir+json', authorization: `Bearer ${tokens.access_token}` },
    credentials: 'omit',
  })
  return { status: answer.status, body: (await answer.json()) as T }
}

function element(name: 'p' | 'li', text: string, lang: string): HTMLElement {
  const made = document.createElement(name)
  made.lang = lang
  made.textContent = text
  return made
}

/** One line as a paragraph, several as a list. */
function put(part: string, lines: readonly string[], lang = 'ja'): void {
  const place = document.querySelector(`[data-demo-part="${part}"]`)
  const [only, ...more] = lines
  if (only !== undefined && more.length === 0) {
    place?.replaceChildren(element('p', only, lang))
    return
  }
  const list = document.createElement('ul')
  list.append(...lines.map((line) => element('li', line, lang)))
  place?.replaceChildren(list)
}

const SHOWN = 20

/** Shows each part, or why it is not there. @returns false where the key is good no more */
export async function show(app: App, tokens: Tokens, said: Said, lang: string): Promise<boolean> {
  const patient = tokens.patient ?? ''
  const whose = `patient=${encodeURIComponent(patient)}&_count=${SHOWN}`
  const [person, medicines, results] = await Promise.all([
    read<Row>(app, tokens, `Patient/${patient}`),
    read<Bundle>(app, tokens, `MedicationRequest?${whose}&_sort=-authoredon`),
    read<Bundle>(app, tokens, `Observation?${whose}&_sort=-date`),
  ])
  if ([person, medicines, results].some(({ status }) => status === 401)) return false
  const [name] = person.body.name ?? []
  const spoken = name?.text ?? [name?.family, ...(name?.given ?? [])].filter(Boolean).join(' ')
  if (person.status === 200) put('patient', [`${spoken} ${day(person.body.birthDate)}`])
  else put('patient', [said.notLet], lang)
  list('medicines', medicines, (row) => `${day(row.authoredOn)} ${named(row.medicationCodeableConcept)}`, { said, lang })
  list('results', results, (row) => `${day(row.effectiveDateTime)} ${named(row.code)} ${amountOf(row)}`, { said, lang })
  return true
}

function list(
  part: string,
  { status, body }: { status: number; body: Bundle },
  line: (row: Row) => string,
  { said, lang }: { said: Said; lang: string },
): void {
  const rows = (body.entry ?? []).filter(({ search }) => search?.mode !== 'outcome').map(({ resource }) => line(resource))
  if (status === 403) put(part, [said.notLet], lang)
  else if (status !== 200) put(part, [said.failed], lang)
  else if (rows.length === 0) put(part, [said.none], lang)
  else put(part, rows)
}
