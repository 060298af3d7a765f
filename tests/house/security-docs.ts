/** What is said about security in rows of data, and the documents made from them. */
export const states = {
  tested: 'held by a test',
  built: 'built in, no test of its own',
  operator: 'duty of the operator',
  'not-applicable': 'does not apply',
  partly: 'partly',
  'not-done': 'not done',
} as const

export type Claim = { about: string; state: keyof typeof states; where?: string[]; note?: string }
export type Requirement = Claim & { id: string; level: 1 | 2 | 3 }
export type Duty = Claim & { guideline: string }

/** Levels and how many requirements each has in the release; of the third only what shapes the design is listed. */
export const FIRST = 70
export const SECOND = 184

/** What is wrong with a claim: a state that says nothing, a place that is not there, a thing left open without a word. */
export function wrongClaims(claims: readonly (Claim & { name: string })[], exists: (path: string) => boolean): string[] {
  return claims.flatMap(({ name, state, where = [], note = '' }) => [
    ...(state in states ? [] : [`${name}: ${state} is no state`]),
    ...((state === 'tested' || state === 'built') && where.length === 0 ? [`${name}: ${state}, but not where`] : []),
    ...((state === 'operator' || state === 'not-applicable') && where.length === 0 && note === ''
      ? [`${name}: ${state} without a reason`]
      : []),
    ...(state === 'partly' && note === '' && where.length === 0 ? [`${name}: partly, but not what`] : []),
    ...where.filter((path) => !exists(path)).map((path) => `${name}: ${path} is not there`),
    ...(state === 'tested' &&
    !where.some((path) => /\.test\.tsx?$|^tests\//.test(path) || /^packages\/log-proof$/.test(path) || !/\.(ts|md|json)$/.test(path))
      ? [`${name}: tested, but no test is named`]
      : []),
  ])
}

const cell = (text: string) => text.replaceAll('|', '\\|')
const places = (where: readonly string[] = []) => where.map((path) => `[${path}](../../${path})`).join(', ')
const rowOf = (first: string, { about, state, where, note = '' }: Claim) =>
  `| ${first} | ${cell(about)} | ${states[state]} | ${places(where)} | ${cell(note)} |`

const chapters: Record<string, string> = {
  1: 'Encoding and sanitization', 2: 'Validation and business logic', 3: 'Web frontend', 4: 'API and web service', 5: 'Files', 6: 'Authentication', 7: 'Sessions', 8: 'Authorization', 9: 'Self-contained tokens', 10: 'OAuth and OpenID Connect', 11: 'Cryptography', 12: 'Communication', 13: 'Configuration', 14: 'Data protection', 15: 'Coding and architecture', 16: 'Logging and errors', 17: 'WebRTC',
} // biome-ignore format: one list

/** `docs/security/asvs.md`: what is not done stands first. */
export function asvsDocument(all: readonly Requirement[]): string {
  const counted = Object.entries(states).map(([state, words]) => `${all.filter((r) => r.state === state).length} ${words}`)
  const open = all.filter((r) => r.state === 'not-done' || r.state === 'partly')
  const head = '| requirement | in our words | state | where | remark |\n| --- | --- | --- | --- | --- |'
  const tables = Object.entries(chapters).map(([number, name]) => {
    const rows = all.filter((r) => r.id.split('.')[0] === number)
    return `## V${number} ${name}\n\n${head}\n${rows.map((r) => rowOf(`${r.id} (L${r.level})`, r)).join('\n')}`
  })
  return [
    `${all.length} requirements: ${counted.join(', ')}.`,
    `## Not done, or only in part\n\n${head}\n${open.map((r) => rowOf(`${r.id} (L${r.level})`, r)).join('\n')}`,
    ...tables,
  ].join('\n\n')
}

const guidelines: Record<string, string> = {
  'mhlw-6.0': '医療情報システムの安全管理に関するガイドライン 第6.0版（厚生労働省、2023年5月） / Guidelines on the safety of medical information systems, version 6.0 (May 2023)',
  'mhlw-check-list': '医療機関等におけるサイバーセキュリティ対策チェックリスト（厚生労働省、令和7年5月の版。項目の言葉と番号、その後の版は要確認） / The ministry’s check list for institutions (edition of May 2025; wording, numbers and later editions to be confirmed)',
  'meti-mic': '医療情報を取り扱う情報システム・サービスの提供事業者における安全管理ガイドライン 第2.0版（経済産業省・総務省。2024年10月の意見募集を経て公表。日付と、その後の版は要確認） / Guideline for providers, version 2.0 (published after the consultation of October 2024; date and later versions to be confirmed)',
} // biome-ignore format: long names

/** `docs/security/guidelines.md`. */
export const guidelinesDocument = (all: readonly Duty[]): string =>
  Object.entries(guidelines)
    .map(([id, name]) => {
      const rows = all.filter((d) => d.guideline === id).map((d, n) => rowOf(String(n + 1), d))
      return `## ${name}\n\n| | in our words | state | where | remark |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`
    })
    .join('\n\n')
