/** The operator's portal with two facilities, an operator of the platform, and an administrator of each facility. */
import { generateKeyPairSync } from 'node:crypto'
import { insertFacilities, insertStaff } from '#care/person'
import type { SignatureService } from '#care/signature'
import type { StaffRole } from '#kernel/context'
import type { Db } from '#kernel/database'
import { startSession } from '#kernel/identity'
import { openFrontDoor } from '../sign-in/front-door.fixture.ts'
import { operatorRoutes } from './index.ts'

export const A = '1310000019'
export const B = '1310000027'
const PHARMACY = '1340000012'

/** A public key as a system's JWKS shows it; `secret` with its private part. */
export function jwkOf(kid: string, { secret = false, curve = 'P-384' }: { secret?: boolean; curve?: string } = {}): object {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
  return { ...(secret ? privateKey : publicKey).export({ format: 'jwk' }), kid, use: 'sig' }
}

/** `signature`: the register of certificates for signing, made over the database; its pages are absent without it. */
export async function openOperator({ signature }: { signature?: (db: Db) => SignatureService } = {}) {
  const front = await openFrontDoor({
    rows: ({ person }, db) =>
      operatorRoutes({
        person,
        demo: false,
        baseUrl: 'http://localhost:8080',
        tlsBase: null,
        ...(signature ? { signature: signature(db) } : {}),
      }),
  })
  const facility = (institutionNumber: string, name: string, kind: 'hospital' | 'clinic' | 'pharmacy') => ({
    institutionNumber,
    name,
    nameEn: `${name} (en)`,
    kind,
    prefecture: '13',
  })
  await insertFacilities(front.db, [
    facility(A, '甲病院', 'hospital'),
    facility(B, '乙診療所', 'clinic'),
    facility(PHARMACY, '丙薬局', 'pharmacy'),
  ])
  const staff = (id: string, role: StaffRole, institutionNumber: string) =>
    insertStaff(front.db, { id, loginName: id, name: `職員 ${id}`, role, institutionNumber, passwordHash: '', totpSecret: '' })
  await staff('operator', 'operator', A)
  await staff('keeper-a', 'administrator', A)
  await staff('keeper-b', 'administrator', B)
  await staff('doctor-a', 'physician', A)
  await staff('doctor-b', 'physician', B)
  await staff('nobody', 'clerk', A)
  const cookie = async (id: string) =>
    `enishi_session=${await startSession(front.db, front.clock.at, { kind: 'staff', id, provenBy: 'password-totp' })}`

  const asked = async (who: string, method: 'GET' | 'POST', url: string, payload?: object) => {
    const headers = { cookie: await cookie(who), accept: 'application/json', ...(payload ? { 'content-type': 'application/json' } : {}) }
    const answer = await front.app.inject({ method, url, headers, ...(payload ? { payload: JSON.stringify(payload) } : {}) })
    const body = /json/.test(String(answer.headers['content-type'])) ? (answer.json() as Record<string, unknown>) : {}
    return { status: answer.statusCode, body, text: answer.body }
  }
  return {
    ...front,
    cookie,
    get: (who: string, url: string) => asked(who, 'GET', url),
    post: (who: string, url: string, payload: object = {}) => asked(who, 'POST', url, payload),
    /** A page as a browser gets it. */
    async page(who: string, url: string) {
      const answer = await front.app.inject({ url, headers: { cookie: await cookie(who), accept: 'text/html' } })
      return { status: answer.statusCode, text: answer.body }
    },
  }
}

export type Operator = Awaited<ReturnType<typeof openOperator>>
