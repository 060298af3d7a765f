import type { Row } from '#kernel/route'
import { demoAppPage } from './page.tsx'

const LAW = '実在しない人のデータで試すための画面'

/** The example app's page, on its own and started from a chart. Only where there is a demo. */
export function demoAppRows({ baseUrl }: { baseUrl: string }): Row[] {
  const at = (path: string): Row => ({
    kind: 'read',
    method: 'GET',
    path,
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: LAW,
    summary: { ja: '例のアプリ（デモだけ）', en: 'Example app (demo only)' },
    handle: async ({ lang }, { url }) => ({
      page: () => demoAppPage({ lang, path: url, fhirBase: `${baseUrl}/fhir/R4`, redirectUri: `${baseUrl}/demo/app` }),
    }),
  })
  return [at('/demo/app'), at('/demo/app/launch')]
}
