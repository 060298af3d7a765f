/** Queries to begin with. Those about a person need one whom the caller may see. Pure. */
import type { Words } from '#ui'

export type Example = { title: Words; shows: Words; query: string }
/** One result of a person the caller may see: the demo's way to queries that find something. `code`: `system|code`. */
export type Known = { patient: string; resource: string; code: string }

/** Examples that need nobody: registers, and what the server can do. */
const ofAnybody: readonly Example[] = [
  {
    title: { ja: '医療機関の名簿を名前で引く', en: 'Find an institution by its name' },
    shows: { ja: '文字の前方一致。かな・全角半角・大文字小文字は区別しません', en: 'Beginnings of texts; kana, width and case are folded' },
    query: 'Organization?name=みどり',
  },
  {
    title: { ja: '見られる傷病名を新しい順に', en: 'Diagnoses you may see, newest first' },
    shows: { ja: '並べ替えと件数、総数', en: 'Sorting, page size and the total' },
    query: 'Condition?_sort=-_lastUpdated&_count=10&_total=accurate',
  },
  {
    title: { ja: '種類をまたいで探す', en: 'Search several types at once' },
    shows: { ja: '_type に並べた種類を一度に', en: 'All types named by _type' },
    query: '?_type=Condition,AllergyIntolerance&_count=10',
  },
  {
    title: { ja: '本文の語で探す', en: 'Search by words of the text' },
    shows: { ja: '索引を使えない条件の例。説明で注意が出ます', en: 'A condition no index answers; the explanation says so' },
    query: 'Condition?code:text=高血圧',
  },
  {
    title: { ja: 'サーバーにできること', en: 'What the server can do' },
    shows: { ja: 'CapabilityStatement', en: 'The CapabilityStatement' },
    query: 'metadata',
  },
]

/** Examples for the caller: about a person first, where one is known. */
export function examplesFor(known: Known | null): Example[] {
  if (known === null) return [...ofAnybody]
  const { patient, resource, code } = known
  return [
    {
      title: { ja: '1人の検査結果を新しい順に', en: 'One person’s results, newest first' },
      shows: { ja: '患者で絞ると、その人の区画だけを読みます', en: 'Narrowed to a patient, it reads that person’s part alone' },
      query: `Observation?patient=${patient}&_sort=-date&_count=10`,
    },
    {
      title: { ja: '同じ項目の値を追う', en: 'Follow one kind of result' },
      shows: { ja: 'コードは system|code の形で', en: 'A code as system|code' },
      query: `Observation?patient=${patient}&code=${code}&_sort=-date`,
    },
    {
      title: { ja: 'このコードの検査を全員分から', en: 'A kind of result, of everybody' },
      shows: { ja: '全員分の索引を引き、見てよいものだけを返します', en: 'By the index of all; only what you may see comes back' },
      query: `Observation?code=${code}&_count=10`,
    },
    {
      title: { ja: '検査と、その患者・医療者を一緒に', en: 'Results with patient and performer' },
      shows: { ja: '_include で参照先も', en: '_include brings what is referred to' },
      query: `Observation?patient=${patient}&_count=5&_include=Observation:patient&_include=Observation:performer`,
    },
    {
      title: { ja: '項目ごとに最も新しい値', en: 'The latest of each kind' },
      shows: { ja: '$lastn', en: '$lastn' },
      query: `Observation/$lastn?patient=${patient}&category=laboratory`,
    },
    {
      title: { ja: '1人の記録のすべて', en: 'Everything of one person' },
      shows: { ja: '$everything（ページごと）', en: '$everything, page by page' },
      query: `Patient/${patient}/$everything?_count=20`,
    },
    {
      title: { ja: '1件の変更の歴史', en: 'History of one resource' },
      shows: { ja: '版ごとに、いつ何が変わったか', en: 'What changed when, version by version' },
      query: `${resource}/_history`,
    },
    {
      title: { ja: 'この検査を受けた患者', en: 'Patients who had this test' },
      shows: { ja: '_has：ほかのリソースからの参照で探す', en: '_has: by what refers to them' },
      query: `Patient?_has:Observation:patient:code=${code}&_count=10`,
    },
    ...ofAnybody,
  ]
}
