/** The part of A16 about staff: signatures by certificates that ended, were stopped or say something else, and signatures wrapped anew. */
import { AUTHENTICATION_POLICY } from '#adapters/hpki'
import { openDetached, signDetached } from '#kernel/detached-jws'
import type { SignatureAlgorithm, Signer, SigningAct } from '#kernel/signing'
import { crlFile, issueCrl } from '#packages/x509'
import { signBy } from '../../adapters/hpki/software-signer.ts'
import {
  at,
  ca,
  type Craft,
  craft,
  curveKeys,
  DAY,
  keys,
  laterBy,
  NOW,
  otherKeys,
  registerOf,
  shortKeys,
  twin,
  verifierOf,
} from '../../adapters/hpki/test-lab.ts'

type Verifier = ReturnType<typeof verifierOf>
/** What somebody hands in: a signature beside a document, for an act. */
type Handed = { jws: string; document?: Buffer; act?: SigningAct; verifier?: Verifier }
type Forgery = { name: string; made: () => Promise<Handed> }

const DOCUMENT = Buffer.from('処方：アムロジピン 5 mg 28日分', 'utf8')
const OTHER = Buffer.from('処方：アムロジピン 50 mg 28日分', 'utf8')

const signerWith = (wanted: Craft, key = keys, algorithm: SignatureAlgorithm = 'RS256'): Signer => ({
  holdMinutes: 0,
  certificateChain: async () => [craft(wanted), ca.users.certificatePem],
  algorithm: async () => algorithm,
  sign: async ({ data }) => ({
    algorithm,
    certificateChain: [],
    signature: new Uint8Array(signBy(algorithm, key.privateKey, Buffer.from(data))),
  }),
})

const signed = (wanted: Craft = {}, document = DOCUMENT, key = keys): Promise<string> =>
  signDetached({ signer: signerWith(wanted, key), keyRef: 'x', pin: '0000', document, contentType: 'text/plain', at: NOW })

const certified = (name: string, wanted: Craft, key = keys): Forgery => ({
  name: `staff: ${name}`,
  made: async () => ({ jws: await signed(wanted, DOCUMENT, key) }),
})

const listed = (name: string, made: () => Promise<Buffer>): Forgery => ({
  name: `staff: ${name}`,
  made: async () => ({ jws: await signed(), verifier: verifierOf({ revocation: crlFile(made) }) }),
})

/** The header written anew around a good signature. */
const wrapped = (name: string, change: (header: Record<string, unknown>) => unknown): Forgery => ({
  name: `staff, wrapped: ${name}`,
  async made() {
    const [header = '', , signature = ''] = (await signed()).split('.')
    const read = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as Record<string, unknown>
    const made = change(read)
    const text = typeof made === 'string' ? made : JSON.stringify(made)
    return { jws: `${Buffer.from(text, 'utf8').toString('base64url')}..${signature}` }
  },
})

const der = (wanted: Craft) => craft(wanted).replace(/-----[A-Z ]+-----|\s+/g, '')
const crl = (revoked: readonly string[], from: Date, issuer = ca) =>
  issueCrl(issuer, {
    revoked: revoked.map((serial) => ({ serial, revokedAt: laterBy(-DAY) })),
    thisUpdate: from,
    nextUpdate: new Date(from.getTime() + DAY),
  })

const forgeries: readonly Forgery[] = [
  certified('expired', { notAfter: at('2026-11-22T00:59:59Z') }),
  certified('not yet valid', { notBefore: at('2026-11-22T01:00:01Z') }),
  certified('of another authority of the same name', { issuer: twin.users }),
  certified('of the other authority, claiming our key id', { issuer: { ...twin.users, keyId: ca.users.keyId } }),
  certified('of no policy', { policy: null }),
  certified('of the policy for signing in', { policy: AUTHENTICATION_POLICY }),
  certified('for signing in only', { keyUsage: 0x80 }),
  certified('an authority itself', { authority: true }),
  certified('with a weak key', { pair: shortKeys }, shortKeys),
  certified('without a licence', { licences: null }),
  certified('of a nurse', { licences: [{ licence: 'Nurse' }] }),
  certified('with a licence that only looks alike', { licences: [{ licence: 'Medical Dоctor' }] }),
  certified('signed by another key than it names', {}, otherKeys),
  listed('revoked, says the list', async () => crl(['5a00000000000001'], laterBy(0))),
  listed('not revoked, says a list that is stale', async () => crl([], laterBy(-3 * DAY))),
  listed('not revoked, says the list of another authority', async () => crl([], laterBy(0), twin)),
  listed('nobody says anything', () => Promise.reject(new Error('unreachable'))),
  {
    name: 'staff: nobody’s in the register',
    made: async () => ({ jws: await signed(), verifier: verifierOf({ register: registerOf(null) }) }),
  },
  { name: 'staff: a physician dispenses', made: async () => ({ jws: await signed(), act: 'dispense' }) },
  { name: 'staff, wrapped: beside another document', made: async () => ({ jws: await signed(), document: OTHER }) },
  {
    name: 'staff, wrapped: with the document inside and another beside',
    async made() {
      const [header, , signature] = (await signed()).split('.')
      return { jws: `${header}.${DOCUMENT.toString('base64url')}.${signature}`, document: OTHER }
    },
  },
  wrapped('algorithm none', (header) => ({ ...header, alg: 'none' })),
  wrapped('another algorithm', (header) => ({ ...header, alg: 'ES256' })),
  wrapped('a secret in the place of a key', (header) => ({ ...header, alg: 'HS256' })),
  wrapped('the other padding', (header) => ({ ...header, alg: 'PS256' })),
  wrapped('another certificate in front', (header) => ({ ...header, x5c: [der({ pair: otherKeys }), ...(header.x5c as string[])] })),
  wrapped('another certificate of the same key', (header) => ({ ...header, x5c: [der({ serial: '5a00000000000002' })] })),
  wrapped('another instant', (header) => ({ ...header, iat: Number(header.iat) - 86_400 })),
  wrapped('another media type', (header) => ({ ...header, cty: 'text/html' })),
  wrapped('a key of its own', (header) => ({ ...header, jwk: curveKeys.publicKey.export({ format: 'jwk' }) })),
  wrapped('a member that must be understood', (header) => ({ ...header, crit: ['b64'], b64: false })),
  wrapped('a member twice', (header) => JSON.stringify(header).replace('{', '{"alg":"none",')),
  wrapped('the same in other spaces', (header) => JSON.stringify(header, null, 1)),
  {
    name: 'staff, wrapped: the signature cut, padded or repeated',
    async made() {
      const jws = await signed()
      for (const made of [jws.slice(0, -8), `${jws}=`, `${jws}.${jws.split('.')[2]}`, `${jws}AAAA`])
        if (await accepts({ jws: made }, false)) return { jws: made }
      return { jws: `${jws}AAAA` }
    },
  },
]

/** Whether what was handed in passes for a signature by whoever signed in, over this document, now. */
async function accepts(
  { jws, document = DOCUMENT, act = 'prescribe', verifier = verifierOf() }: Handed,
  believes: boolean,
): Promise<boolean> {
  const opened = believes ? loosely(jws) : openDetached(jws, document)
  if (opened === null) return false
  if (believes) return opened.certificatePem !== ''
  const { header, certificatePem, signature, signedData } = opened
  const found = await verifier.check({
    staffId: 'staff-1',
    act,
    at: NOW,
    certificatePem,
    algorithm: header.alg,
    signature,
    data: signedData,
  })
  return !('refused' in found)
}

/** The product made wrong: whatever names a certificate is a signature of it. */
function loosely(jws: string): ReturnType<typeof openDetached> {
  const [header = ''] = jws.split('.')
  const { x5c = [] } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { x5c?: string[] }
  const nothing = Buffer.alloc(0)
  return { header: {} as never, certificatePem: x5c[0] ?? '', signature: nothing, signedData: nothing }
}

/** @param mutated against a reader that believes whatever names a certificate @throws where a good signature is refused: nothing was tried then */
export async function forgedSignatures(mutated: boolean): Promise<{ tried: number; leaks: string[] }> {
  if (!(await accepts({ jws: await signed() }, false))) throw new Error('the control fails: a good signature is refused')
  const leaks: string[] = []
  for (const { name, made } of forgeries) if (await accepts(await made(), mutated)) leaks.push(name)
  return { tried: forgeries.length, leaks }
}
