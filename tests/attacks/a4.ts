import { CLINIC, HOSPITAL, STRANGER } from '../harness/platform.ts'
import type { Attack, Tried } from './result.ts'
import { type Sent, SHOWN, sweep } from './sweep.ts'
import { INSURER, openWorld, type World } from './world.ts'

const BASE = '/fhir/R4'
const JSON_TYPE = { 'content-type': 'application/json' }
const WIDE = '_include=*&_include:iterate=*&_revinclude=*&_revinclude:iterate=*'

/** Things of somebody else's own that point at everything of the victim's, by every element that can. */
function anchors(key: string, { victim }: World): ({ resourceType: string } & Record<string, unknown>)[] {
  const subject = { reference: `Patient/${key}` }
  const to = (type?: string) =>
    victim.resources.filter((r) => type === undefined || r.startsWith(`${type}/`)).map((reference) => ({ reference }))
  return [
    {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject,
      hasMember: to('Observation'),
      derivedFrom: to('Observation'),
    },
    { resourceType: 'DiagnosticReport', status: 'final', code: { text: 'x' }, subject, result: to('Observation') },
    {
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      diagnosis: to('Condition').map((condition) => ({ condition })),
    },
    { resourceType: 'CarePlan', status: 'active', intent: 'plan', subject, addresses: to('Condition'), supportingInfo: to() },
    { resourceType: 'List', status: 'current', mode: 'working', entry: to().map((item) => ({ item })) },
    { resourceType: 'List', status: 'current', mode: 'working', subject, entry: to().map((item) => ({ item })) },
    {
      resourceType: 'DocumentReference',
      status: 'current',
      subject,
      content: to('Binary').map(({ reference }) => ({ attachment: { url: reference } })),
      context: { related: to() },
    },
    {
      resourceType: 'Communication',
      status: 'completed',
      subject,
      about: to(),
      payload: to().map((contentReference) => ({ contentReference })),
    },
    { resourceType: 'Provenance', target: to(), recorded: '2026-11-22T00:00:00Z', agent: [{ who: { reference: `Patient/${key}` } }] },
    {
      resourceType: 'Composition',
      status: 'final',
      type: { text: 'x' },
      subject,
      date: '2026-11-22',
      author: [subject],
      title: 'x',
      section: [{ entry: to() }],
    },
    {
      resourceType: 'Patient',
      name: [{ text: '別人 次郎' }],
      gender: 'male',
      birthDate: '1990-01-01',
      link: [{ other: { reference: `Patient/${victim.key}` }, type: 'seealso' }],
    },
  ]
}

/** A fragment for every type that a reference may lead to. */
const inner = (world: World) =>
  [...new Set(world.victim.resources.map((r) => r.split('/')[0]!))].map((type) => `... on ${type} { id text { div } }`).join(' ')

const graphql = (query: string, at = ''): Sent => ({
  method: 'POST',
  url: `${BASE}${at}/$graphql`,
  payload: JSON.stringify({ query }),
  headers: JSON_TYPE,
})
const get = (url: string): Sent => ({ method: 'GET', url: `${BASE}/${url}` })

/** Ways from what may be seen to what may not. */
function waysFrom(place: string, world: World): Sent[] {
  const [type = '', id = ''] = place.split('/')
  const elements = ['hasMember', 'result', 'addresses', 'supportingInfo', 'about', 'target', 'subject', 'patient', 'derivedFrom']
  return [
    get(`${type}?_id=${id}&${WIDE}`),
    get(`${type}?_id=${id}&_include:iterate=*&_contained=true`),
    get(`${type}?_id=${id}&_contained=both&_containedType=container`),
    get(`${type}?_list=${id}&${WIDE}`),
    get(`Observation?_list=${id}`),
    get(`${place}/$everything?_count=1000`),
    get(`${place}?_include=*`),
    get(`${place}/_history?_include=*`),
    {
      method: 'POST',
      url: `${BASE}/${type}/_search`,
      payload: `_id=${id}&${WIDE}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    ...elements.map((name) => graphql(`{ ${name} { reference resource { ${inner(world)} } } }`, `/${place}`)),
    ...elements.map((name) => graphql(`{ ${type}(id: "${id}") { ${name} { resource(optional: true) { ${inner(world)} } } } }`)),
    graphql(`{ entry { item { resource { ${inner(world)} } } } }`, `/${place}`),
    graphql(`{ link { other { resource { ${inner(world)} } } } }`, `/${place}`),
    graphql(`{ payload { contentReference { resource { ${inner(world)} } } } }`, `/${place}`),
  ]
}

/** Ways that every row of a search and of an operation offers, from everything that the asker may see. */
function waysOfRows(world: World): Sent[] {
  const types = [
    ...new Set(['Organization', 'Practitioner', 'List', 'Provenance', 'Group', ...world.victim.resources.map((r) => r.split('/')[0]!)]),
  ]
  const { key } = world.victim
  return [
    ...types.flatMap((type) => [get(`${type}?${WIDE}&_count=1000`), get(`${type}?_revinclude=*&_summary=false&_count=500`)]),
    ...types.map((type) => graphql(`{ ${type}List(_count: 500) { id text { div } } }`)),
    ...types.map((type) => graphql(`{ Patient(id: "${key}") { id ${type}List(_reference: patient) { id text { div } } } }`)),
    ...['', '?_type=Observation', '?_since=2000-01-01', '?_count=1000'].map((more) => get(`Patient/${key}/$everything${more}`)),
    get(`Patient?${WIDE}`),
    get(`Patient?_revinclude=Provenance:target&_has:Observation:subject:status=final`),
    get(`Observation/$lastn?patient=Patient/${key}&max=10`),
    get(`?_type=${types.join(',')}&${WIDE}`),
    // A new row with an id in its address is asked with includes from its first day.
    ...world.rows
      .filter((row) => row.method === 'GET' && row.path.startsWith(BASE) && row.path.includes(':id'))
      .map((row) =>
        row.path
          .replace(':type', 'Patient')
          .replace(':id', key)
          .replace(/:[a-zA-Z]+/g, '1'),
      )
      .flatMap((path): Sent[] => [{ method: 'GET', url: `${path}?${WIDE}` }]),
  ]
}

async function attack(world: World, { quick, mutated }: { quick: boolean; mutated: boolean }): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const { platform, other } = world
  const most = mutated ? SHOWN : Number.POSITIVE_INFINITY
  const places: string[] = []
  for (const institution of [STRANGER, CLINIC, INSURER, HOSPITAL]) {
    const system = await platform.system(institution)
    for (const resource of anchors(other.key, world)) {
      const heard = await system.post(`${BASE}/${resource.resourceType}`, resource)
      result.tried++
      if (heard.status >= 500) result.leaks.push(`${institution} points at what is hidden by ${resource.resourceType} → ${heard.status}`)
      if (heard.status === 201) places.push(`${resource.resourceType}/${heard.body.id}`)
    }
  }
  if (places.length === 0) result.leaks.push('nothing could point at what is hidden: nothing was tried')
  const chosen = quick ? places.filter((_, n) => n % 5 === 0) : places
  await sweep(world.attackers, waysOfRows(world), result, most)
  for (const place of [...chosen, `Patient/${other.key}`]) await sweep(world.attackers, waysFrom(place, world), result, most)
  return result
}

/** A4: from what somebody may see to what they may not. */
export const a4: Attack = {
  what: 'includes, reverse includes, :iterate, $everything, GraphQL, lists, Patient.link: from resources of one’s own that point at everything of the victim’s',
  control: 'the consent predicate is always true',
  async run(about) {
    const world = await openWorld({ blind: about.mutated })
    try {
      return await attack(world, about)
    } finally {
      await world.close()
    }
  },
}
