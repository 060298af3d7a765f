import type { Context } from '#kernel/context'
import type { TerminologyService } from './service.ts'

/** Parameters that `$expand` heeds. */
const expansionParameters = [
  'activeOnly',
  'check-system-version',
  'count',
  'date',
  'default-valueset-version',
  'designation',
  'displayLanguage',
  'exclude-system',
  'excludeNested',
  'filter',
  'force-system-version',
  'includeDefinition',
  'includeDesignations',
  'offset',
  'property',
  'system-version',
  'tx-resource',
  'useSupplement',
]

/** What can be asked about terminology, and which code systems are known in which versions. @spec FHIR R4 TerminologyCapabilities */
export async function terminologyCapabilities(
  service: TerminologyService,
  ctx: Pick<Context, 'db' | 'now'>,
  { base, version }: { base: string; version: string },
): Promise<object> {
  const { sources } = await service.terminology(ctx)
  const known = new Map<string, Set<string>>()
  const note = (url: string, edition: string | undefined) => {
    const versions = known.get(url) ?? new Set()
    if (edition) versions.add(edition)
    known.set(url, versions)
  }
  for (const canonical of sources.list('CodeSystem')) {
    const [url = '', edition] = canonical.split('|')
    note(url, edition)
  }
  for (const release of await service.releases(ctx)) note(release.system, release.validFrom)
  return {
    resourceType: 'TerminologyCapabilities',
    url: `${base}/metadata?mode=terminology`,
    version,
    name: 'EnishiTerminology',
    status: 'active',
    date: '2026-11-22',
    kind: 'instance',
    description:
      '運用者が読み込んだ標準コードのマスター、パッケージ、R4 のコード、保存されたリソースに答えます。 / Answers from the masters of the operator, packages, R4’s own codes, and stored resources.',
    software: { name: 'Enishi', version },
    implementation: { description: 'Enishi 縁', url: base },
    lockedDate: false,
    codeSystem: [...known].map(([uri, versions]) => ({
      uri,
      ...(versions.size > 0 ? { version: [...versions].map((code) => ({ code })) } : {}),
    })),
    expansion: {
      hierarchical: true,
      paging: true,
      incomplete: false,
      parameter: expansionParameters.map((name) => ({ name })),
      textFilter:
        '名称・別名・読み・コードの中の言葉（幅、かな、大文字小文字を区別しない） / words in names, readings and codes; width, kana and case do not count',
    },
    codeSearch: 'all',
    validateCode: { translations: true },
    translation: { needsMap: false },
    closure: { translation: false },
  }
}
