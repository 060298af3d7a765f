import type { RecordService } from '#care/record'
import type { Row } from '#kernel/route'
import { signaturesBundle } from './provenance.ts'
import type { SignatureService } from './service.ts'

/** The signatures of a document, for whoever may read the document. */
export function signatureRoutes({ signature, record }: { signature: SignatureService; record: RecordService }): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/fhir/R4/Bundle/:id/$signatures',
      who: ['system', 'staff', 'citizen'],
      why: ['TREAT', 'PATRQT'],
      apps: true,
      audit: 'signature.read',
      law: '電子署名及び認証業務に関する法律（条項は要確認: 弁護士）',
      summary: { ja: '文書の電子署名（Provenance）', en: 'The signatures of a document, as Provenance' },
      handle: async (ctx, request) => {
        const seen = await record.read(ctx, 'Bundle', request.params.id ?? '')
        return { fhir: signaturesBundle(await signature.of(ctx, seen)) }
      },
    },
  ]
}
