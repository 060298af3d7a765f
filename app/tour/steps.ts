import { answerWith, type Card, call, citizenSession, type Demo, type Reply, staffSession, systemToken } from './client.ts'
import type { Teller } from './say.ts'
import { kinds, ownSubmissions, publishedRoot, publishedSubmissions, type Submission } from './submissions.ts'

type Facility = Demo['facilities'][number]
type Shown = {
  person: { patientId: string; name: string; nameKana: string; sex: string; birthDate: string }
  eligibility: Record<string, unknown>
  kinds: { kind: string; ja: string }[]
}
type Journey = { demo: Demo; tell: Teller; hospital: Facility; clinic: Facility; who: Demo['people'][number]; shown?: Shown }

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(object) : [])
const japan = (instant: unknown) =>
  new Date(String(instant)).toLocaleString('ja-JP', { timeZone: 'Asia/Tokyo', dateStyle: 'long', timeStyle: 'short' })
/** Kinds that no reader asks about. */
const neverAsked: Record<string, string> = { letter: '紹介状など', other: 'その他' }
/** A kind by the name that the reader showed for it. */
const kindName = (j: Journey, kind: string) => j.shown?.kinds.find((k) => k.kind === kind)?.ja ?? neverAsked[kind] ?? kind

/** The six steps of the main job, each with what was seen. */
export async function runTour(demo: Demo, tell: Teller): Promise<void> {
  const hospital = demo.facilities.find((f) => f.kind === 'hospital')!
  const clinic = demo.facilities.find((f) => f.kind === 'clinic')!
  const who = demo.people.find((p) => Number(p.birthDate.slice(0, 4)) < 1965) ?? demo.people[0]!
  const journey: Journey = { demo, tell, hospital, clinic, who }
  await submit(journey)
  const session = await showCard(journey)
  await beforeConsent(journey)
  await consent(journey, session)
  await openChart(journey)
  await citizen(journey)
  await throughFhir(journey)
}

/** Reads a card at a facility's reader. */
async function readCard(j: Journey, facility: Facility, card: Card): Promise<{ reply: Reply; id: string; token: string }> {
  const token = await systemToken(j.demo, facility)
  const opened = await call(`${j.demo.baseUrl}/reader/sessions`, { json: {}, token })
  const id = String(opened.body.id)
  const reply = await call(`${j.demo.baseUrl}/reader/sessions/${id}/card`, {
    json: await answerWith(card, String(opened.body.challenge)),
    token,
  })
  return { reply, id, token }
}

async function submit(j: Journey): Promise<void> {
  const { tell, demo, hospital, clinic, who } = j
  tell.step(1, `病院（${hospital.name}）がトークンを取り、診療情報を提出します`, 'The hospital gets a token and submits records')
  const { reply } = await readCard(j, hospital, who.card)
  const shown = reply.body as unknown as Shown
  const [family = '', given = ''] = shown.person.name.split(' ')
  const [familyKana = '', givenKana = ''] = shown.person.nameKana.split(' ')
  const own = ownSubmissions({
    sender: {
      institutionNumber: hospital.institutionNumber,
      name: hospital.name,
      department: { code: '01', name: '内科' },
      doctor: { id: 'D1', family: '旅野', given: '案内', familyKana: 'タビノ', givenKana: 'アナイ' },
    },
    patient: {
      memberId: who.memberId,
      family,
      given: given || family,
      familyKana,
      givenKana: givenKana || familyKana,
      gender: genderOf(shown.person.sex),
      birthDate: who.birthDate,
      address: { state: '東京都', city: '千代田区', line: '1-1' },
    },
    addressee: { institutionNumber: clinic.institutionNumber, name: clinic.name },
    now: new Date(Date.now() + 9 * 3600_000).toISOString().replace('Z', '+09:00'),
  })
  const published = await publishedSubmissions(publishedRoot())
  if (published.length === 0) tell.seen(`公開されている実例は、この機械にはありません（${publishedRoot()}） / no published examples here`)
  const tokens = new Map<string, string>()
  for (const f of demo.facilities) tokens.set(f.institutionNumber, await systemToken(demo, f))
  const counts = new Map<string, { accepted: number; refused: number }>()
  for (const one of [...own, ...published]) {
    const answer = await call(`${demo.fhirBase}/$submit`, {
      text: one.text,
      type: 'application/fhir+json',
      token: tokens.get(one.sender) ?? tokens.get(hospital.institutionNumber)!,
    })
    report(tell, one, answer)
    const count = counts.get(one.kind) ?? { accepted: 0, refused: 0 }
    if (answer.status === 201) count.accepted++
    else count.refused++
    counts.set(one.kind, count)
  }
  for (const [kind, { accepted, refused }] of counts) tell.seen(`${kind}: 受付 accepted ${accepted}, 不受理 refused ${refused}`)
  for (const kind of kinds) tell.check((counts.get(kind)?.accepted ?? 0) > 0, `${kind} を受け付けた / accepted`)
}

const genderOf = (sex: string) => (sex === '1' || sex === 'male' ? 'male' : sex === '2' || sex === 'female' ? 'female' : 'unknown')

/** What came of one submission; a refusal must name its rule. */
function report(tell: Teller, one: Submission, answer: Reply): void {
  const rules = [
    ...new Set(
      list(answer.body.issue)
        .filter((i) => i.severity === 'error')
        .map((i) => String(list(object(i.details).coding)[0]?.code ?? '')),
    ),
  ]
  if (one.own)
    tell.check(
      answer.status === 201,
      `${one.name}: ${answer.status === 201 ? '受け付けました / accepted' : `${answer.status} ${rules.join(' ')}`}`,
    )
  else
    tell.check(
      answer.status === 201 || (answer.status === 422 && rules.length > 0),
      `${one.name}: ${answer.status === 201 ? '受付 accepted' : `不受理 refused ${rules.slice(0, 6).join(' ')}`}`,
    )
}

async function showCard(j: Journey): Promise<{ id: string; token: string }> {
  const { tell, demo, clinic, who } = j
  tell.step(2, `${clinic.name}の受付でマイナンバーカードを出します`, 'The card is shown at the clinic’s desk')
  const { reply, id, token } = await readCard(j, clinic, who.card)
  j.shown = reply.body as unknown as Shown
  const e = j.shown.eligibility
  tell.check(
    reply.status === 200 && e.validity === '1',
    `資格は有効です / covered: ${String(e.insurerName)}、負担 copay ${String(e.copayPercent)}%`,
  )
  tell.seen(`限度額認定 ${list(e.limitCertificates).length} 件、公費 ${list(e.subsidies).length} 件 / limit certificates, subsidies`)
  for (const [name, card] of Object.entries(demo.refusedCards)) {
    const refused = await readCard(j, clinic, card)
    tell.check(refused.reply.status === 403, `使えないカード（${name}）は断られます / refused: ${issueText(refused.reply)}`)
  }
  const [insurerNumber = '', symbol = '', number = '', branch = ''] = who.memberId.split(':')
  const looked = await call(`${demo.baseUrl}/eligibility/$check`, {
    json: { insurerNumber, symbol, number, branch, birthDate: who.birthDate },
    token,
  })
  tell.check(
    object(looked.body.eligibility).validity === '1',
    `記号・番号でも確認できます（記録は見られません） / found by symbol and number too: ${String(object(looked.body.eligibility).insurerName)}`,
  )
  return { id, token }
}

const issueText = (reply: Reply) => String(object(list(reply.body.issue)[0]?.details).text ?? reply.status)

const doctorOf = (j: Journey) => j.demo.staff.find((s) => s.institutionNumber === j.clinic.institutionNumber && s.role === 'physician')!

/** The chart as the clinic's physician gets it now. */
async function chart(j: Journey): Promise<{ reply: Reply; counts: Record<string, number> }> {
  const cookie = await staffSession(j.demo, doctorOf(j))
  const reply = await call(`${j.demo.baseUrl}/clinic/patients/${j.who.patientId}`, { cookie })
  const counts = Object.fromEntries(Object.entries(object(reply.body.items)).map(([kind, items]) => [kind, list(items).length]))
  return { reply, counts }
}

const fromOthers = (j: Journey, reply: Reply) =>
  Object.values(object(reply.body.items))
    .flatMap(list)
    .filter((i) => i.institutionNumber !== j.clinic.institutionNumber && i.rule === 'visit-consent')

async function beforeConsent(j: Journey): Promise<void> {
  const { reply } = await chart(j)
  const why = object(reply.body.why)
  j.tell.check(
    fromOthers(j, reply).length === 0,
    `同意の前は、ほかの医療機関の記録は何も見えません / before consent nothing is shown${why.ja ? `: ${String(why.ja)}` : ''}`,
  )
}

async function consent(j: Journey, { id, token }: { id: string; token: string }): Promise<void> {
  j.tell.step(3, '本人がカードリーダーの画面で、情報の種類ごとに答えます', 'The person answers at the reader, kind by kind')
  const answers = Object.fromEntries((j.shown?.kinds ?? []).map(({ kind }) => [kind, kind !== 'infection']))
  const given = await call(`${j.demo.baseUrl}/reader/sessions/${id}/consent`, { json: { kinds: answers }, token })
  j.tell.check(
    given.status === 201,
    `「感染症」以外に同意しました。${japan(given.body.until)} まで / agreed to all but infections, for 24 hours`,
  )
}

async function openChart(j: Journey): Promise<void> {
  j.tell.step(4, `${j.clinic.name}の医師が診療記録を開きます`, 'The clinic’s physician opens the chart')
  const { reply, counts } = await chart(j)
  j.tell.seen(
    Object.entries(counts)
      .map(([kind, n]) => `${kindName(j, kind)} ${n}`)
      .join('、'),
  )
  const others = fromOthers(j, reply)
  j.tell.check(others.length > 0, `ほかの医療機関の記録 ${others.length} 件が見えます / items of other institutions`)
  j.tell.check(
    others.some((i) => i.uninformed === true),
    '未告知の傷病名は、印つきでここにだけ見えます / an item the person was not told of is marked and shown here only',
  )
  const infections = list(object(reply.body.items).infection).filter((i) => i.institutionNumber !== j.clinic.institutionNumber)
  j.tell.check(infections.length === 0, '同意しなかった感染症は見えません / infections stay closed')
}

async function citizen(j: Journey): Promise<void> {
  const { tell, demo, who } = j
  tell.step(
    5,
    '本人がカードでサインインし、記録と「だれが見たか」を確かめ、同意を取り消します',
    'The person signs in, sees the record and who looked, and withdraws the consent',
  )
  const cookie = await citizenSession(demo, who.card)
  const record = await call(`${demo.baseUrl}/me/record`, { cookie })
  tell.check(
    record.status === 200 && !record.text.includes('未告知'),
    '自分の記録が見えます（未告知は含みません） / own record, without what was not told',
  )
  const log = await call(`${demo.baseUrl}/me/access-log`, { cookie })
  const looks = list(log.body.entries).filter((e) => e.institutionNumber === j.clinic.institutionNumber)
  const look = looks.find((e) => e.actorRole === 'physician')
  tell.check(
    look !== undefined,
    `${japan(look?.at)} ${String(look?.institutionName)} ${String(look?.actorName)} が${(look?.kinds as string[] | undefined)?.map((kind) => kindName(j, kind)).join('・')}を見ました / who looked（根拠 rule: ${String(look?.rule)}）`,
  )
  const consents = await call(`${demo.baseUrl}/me/consents`, { cookie })
  const live = list(consents.body.consents).find((c) => c.state === 'active' && c.institutionNumber === j.clinic.institutionNumber)
  const ended = await call(`${demo.baseUrl}/me/consents/${String(live?.id)}/withdraw`, { json: {}, cookie })
  tell.check(ended.status < 400, `同意を取り消しました / consent withdrawn (${ended.status})`)
  const { reply } = await chart(j)
  tell.check(fromOthers(j, reply).length === 0, '医師が読み直すと、もう見えません / the physician’s next reload shows nothing')
}

async function throughFhir(j: Journey): Promise<void> {
  const { tell, demo, hospital, who } = j
  tell.step(6, '同じ記録を FHIR R4 で扱います', 'The same through FHIR R4')
  const token = await systemToken(demo, hospital)
  const get = (path: string) => call(`${demo.fhirBase}/${path}`, { token })
  const total = async (path: string) => list((await get(path)).body.entry).length
  const member = `Patient?identifier=${encodeURIComponent(`http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID|${who.memberId}`)}`
  tell.check((await total(member)) === 1, `${decodeURIComponent(member)} → 1`)
  const family = who.name.split(' ')[0]!
  tell.check(
    (await total(`Patient?name=${encodeURIComponent(family)}&birthdate=${who.birthDate}`)) >= 1,
    `Patient?name=${family}&birthdate=${who.birthDate}`,
  )
  const labs = await get(`Observation?subject=Patient/${who.patientId}&category=laboratory&_sort=-date&_count=5`)
  const first = object(list(labs.body.entry)[0]?.resource)
  tell.check(
    list(labs.body.entry).length > 0,
    `Observation?subject=…&category=laboratory&_sort=-date&_count=5 → ${list(labs.body.entry).length}`,
  )
  const read = await get(`Observation/${String(first.id)}`)
  tell.check(
    read.status === 200 && read.headers.get('etag') === 'W/"1"',
    `Observation/${String(first.id)} → ${read.status} ${read.headers.get('etag')}`,
  )
  const history = await get(`Observation/${String(first.id)}/_history`)
  tell.check(history.status === 200, `…/_history → ${list(history.body.entry).length}`)
  tell.check(await transaction(j, token), 'transaction（2件、相互参照） / two entries that refer to each other')
  const open = await Promise.all([call(`${demo.fhirBase}/metadata`), call(`${demo.baseUrl}/openapi.json`)])
  tell.check(
    open.every((r) => r.status === 200),
    'metadata と openapi.json は、だれでも読めます / open to everyone',
  )
}

async function transaction(j: Journey, token: string): Promise<boolean> {
  const visit = `urn:uuid:${crypto.randomUUID()}`
  const subject = { reference: `Patient/${j.who.patientId}` }
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: { resourceType: 'Procedure', status: 'completed', code: { text: '採血' }, subject, encounter: { reference: visit } },
        request: { method: 'POST', url: 'Procedure' },
      },
      {
        fullUrl: visit,
        resource: {
          resourceType: 'Encounter',
          status: 'finished',
          class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
          subject,
        },
        request: { method: 'POST', url: 'Encounter' },
      },
    ],
  }
  const reply = await call(j.demo.fhirBase, { text: JSON.stringify(bundle), type: 'application/fhir+json', token })
  return reply.status === 200 && list(reply.body.entry).every((e) => object(e.response).status === '201')
}
