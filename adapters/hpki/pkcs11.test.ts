import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '#kernel/refusal'
import { parseCertificatePem } from '#packages/x509'
import { pkcs11Signer, type Pkcs11Options } from './pkcs11.ts'
import { CKA, CKO, CKR, CKU, loadPkcs11, type Pkcs11, Pkcs11Error } from './pkcs11-native.ts'
import { signerContract } from './signer-contract.ts'
import { softHsmFolder, softHsmModule, whyNoSoftHsm } from './soft-hsm.fixture.ts'
import { signBy } from './software-signer.ts'
import { bigCurveKeys, ca, craft, curveKeys, keys, otherKeys, verifies } from './test-lab.ts'

const PIN = '246810'
const data = Buffer.from('a document')
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'signed',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

/** A module in memory with one token, one key and its certificate; `tries` wrong PINs lock it. */
function memory({ tries = 3, alwaysAuthenticate = false, changes = {} as Partial<Pkcs11> } = {}) {
  const state = { left: tries, loggedIn: false, again: false, sessions: 0, logins: 0 }
  const calls: string[] = []
  const judge = (pin: Buffer): number => {
    if (state.left === 0) return CKR.pinLocked
    if (pin.toString() !== PIN) return --state.left === 0 ? CKR.pinLocked : CKR.pinIncorrect
    state.left = tries
    return CKR.ok
  }
  const native: Pkcs11 = {
    tokens: async () => [{ slot: 7, label: 'hanako' }],
    open: async () => ++state.sessions,
    close: async () => {
      state.loggedIn = false
    },
    async login(_session, user, pin) {
      if (user === CKU.contextSpecific) {
        state.again = judge(pin) === CKR.ok
        return state.again ? CKR.ok : CKR.pinIncorrect
      }
      if (state.loggedIn) return CKR.alreadyLoggedIn
      state.logins++
      const code = judge(pin)
      state.loggedIn = code === CKR.ok
      return code
    },
    async logout() {
      calls.push('logout')
      state.loggedIn = false
    },
    async find(_session, template) {
      const kind = template.find(({ type }) => type === CKA.class)!.value[0]
      const label = template.find(({ type }) => type === CKA.label)?.value.toString()
      if (kind === CKO.certificate) return label === undefined || label === 'sign' ? [1] : []
      return state.loggedIn ? [2] : []
    },
    async read(_session, object, type) {
      if (type === CKA.alwaysAuthenticate) return alwaysAuthenticate ? Buffer.from([1]) : null
      return object === 1 ? (type === CKA.id ? Buffer.from([1]) : parseCertificatePem(craft())!.der) : null
    },
    async signInit() {
      state.again = false
    },
    async sign(_session, input) {
      if (!state.loggedIn || (alwaysAuthenticate && !state.again)) throw new Pkcs11Error(CKR.notLoggedIn)
      expect(input.length, 'a digest travels, not the document').toBe(51)
      return signBy('RS256', keys.privateKey, data)
    },
    create: async () => undefined,
    ...changes,
  }
  const signer = (options: Partial<Pkcs11Options> = {}) =>
    pkcs11Signer({
      module: '',
      keys: { hanako: { token: 'hanako', label: 'sign', above: [ca.users.certificatePem] } },
      native: { native, ulongBytes: 8 },
      ...options,
    })
  return { state, calls, native, signer }
}

describe('a token', () => {
  const sign = (signer: ReturnType<ReturnType<typeof memory>['signer']>, pin = PIN) => codeOf(signer.sign({ data, keyRef: 'hanako', pin }))

  test('locks, and is told to be locked', async () => {
    const signer = memory().signer()
    const seen: string[] = []
    for (const pin of ['1', '2', '3', PIN]) seen.push(await sign(signer, pin))
    expect(seen).toEqual(['signing-pin-wrong', 'signing-pin-wrong', 'signing-pin-locked', 'signing-pin-locked'])
  })

  test('is logged out after each signature, and keeps its session', async () => {
    const { signer, state, calls } = memory()
    const one = signer()
    for (let i = 0; i < 3; i++) expect(await sign(one)).toBe('signed')
    expect([state.sessions, state.logins, calls.length, state.loggedIn]).toEqual([1, 3, 3, false])
  })

  test('logged in by somebody else still judges this PIN', async () => {
    const { signer, state } = memory()
    const one = signer()
    state.loggedIn = true
    expect(await sign(one, '000000')).toBe('signing-pin-wrong')
    state.loggedIn = true
    expect(await sign(one)).toBe('signed')
  })

  test('holds an accepted PIN for who gives it again, where it may; a wrong one ends that', async () => {
    const { signer, state } = memory()
    const one = signer({ holdMinutes: 10 })
    for (let i = 0; i < 3; i++) expect(await sign(one)).toBe('signed')
    expect(state.logins, 'one login for three').toBe(1)
    expect(await sign(one, '000000')).toBe('signing-pin-wrong')
    expect(state.loggedIn).toBe(false)
    expect(await sign(one)).toBe('signed')
    expect(state.logins).toBe(3)
    await one.close()
  })

  test('that wants the PIN for each signature gets it', async () => {
    expect(await sign(memory({ alwaysAuthenticate: true }).signer())).toBe('signed')
  })

  test('whose session died is asked once more in a new one', async () => {
    const lab = memory()
    const one = lab.signer()
    expect(await sign(one)).toBe('signed')
    const { signInit } = lab.native
    lab.native.signInit = async () => {
      lab.native.signInit = signInit
      throw new Pkcs11Error(CKR.sessionInvalid)
    }
    expect(await sign(one)).toBe('signed')
    expect(lab.state.sessions).toBe(2)
    lab.native.signInit = async () => Promise.reject(new Pkcs11Error(CKR.sessionInvalid))
    expect(await sign(one), 'but not for ever').toBe('signing-token-missing')
  })

  test.each<[string, Partial<Pkcs11>, string]>([
    ['not there', { tokens: async () => [] }, 'signing-token-missing'],
    [
      'there twice under one label',
      {
        tokens: async () => [
          { slot: 1, label: 'hanako' },
          { slot: 2, label: 'hanako' },
        ],
      },
      'signing-token-missing',
    ],
    ['taken out while it signs', { sign: async () => Promise.reject(new Pkcs11Error(CKR.deviceRemoved)) }, 'signing-token-missing'],
    ['that hangs', { sign: () => new Promise(() => undefined) }, 'signing-token-missing'],
    ['with two certificates of that name', { find: async () => [1, 2] }, 'signing-key-missing'],
    ['whose certificate is none', { read: async () => Buffer.from('garbage') }, 'signing-key-missing'],
  ])('%s', async (_name, changes, code) => {
    expect(await sign(memory({ changes }).signer({ timeoutMs: 30 }))).toBe(code)
  })

  test('a keyRef reaches only what is configured', async () => {
    for (const keyRef of ['constructor', '__proto__', '', 'sign'])
      expect(await codeOf(memory().signer().sign({ data, keyRef, pin: PIN }))).toBe('signing-key-missing')
  })
})

test('a module that is not there is told as such', async () => {
  expect(await codeOf(loadPkcs11('/nowhere/libno.so'))).toBe('signing-token-missing')
  expect(await codeOf(loadPkcs11('/etc/hostname'))).toBe('signing-token-missing')
})

const missing = whyNoSoftHsm()
if (missing !== null) {
  console.warn(`PKCS #11 is not tested against SoftHSM here: ${missing}`)
  test.skip(`keys in SoftHSM (skipped: ${missing})`, () => undefined)
} else {
  describe('keys in SoftHSM', () => {
    const folder = softHsmFolder()
    const made = [
      { label: 'RSA', id: '01', pair: keys, certificatePem: craft() },
      { label: 'P-256', id: '02', pair: curveKeys, certificatePem: craft({ pair: curveKeys }) },
      { label: 'P-384', id: '03', pair: bigCurveKeys, certificatePem: craft({ pair: bigCurveKeys }) },
    ]
    const his = {
      label: 'RSA',
      id: '01',
      pair: otherKeys,
      certificatePem: craft({ pair: otherKeys, licences: [{ licence: 'Pharmacist' }] }),
    }
    beforeAll(() =>
      folder.fill([
        { label: 'hanako', pin: PIN, keys: made },
        { label: 'taro', pin: '135790', keys: [his] },
      ]),
    )
    afterAll(() => folder.remove())

    const above = [ca.users.certificatePem]
    const signer = pkcs11Signer({
      module: softHsmModule!,
      keys: {
        RSA: { token: 'hanako', label: 'RSA', above },
        PSS: { token: 'hanako', label: 'RSA', algorithm: 'PS256', above },
        'P-256': { token: 'hanako', label: 'P-256', above },
        'P-384': { token: 'hanako', id: '03', above },
        taro: { token: 'taro', label: 'RSA', above },
      },
    })
    for (const keyRef of ['RSA', 'PSS', 'P-256', 'P-384'])
      signerContract(`a key in SoftHSM (${keyRef})`, async () => ({ signer, keyRef, pin: PIN, tries: null }))

    test('each signer’s PIN opens only the own token', async () => {
      expect(await codeOf(signer.sign({ data, keyRef: 'taro', pin: PIN }))).toBe('signing-pin-wrong')
      const [one, other] = await Promise.all([
        signer.sign({ data, keyRef: 'RSA', pin: PIN }),
        signer.sign({ data, keyRef: 'taro', pin: '135790' }),
      ])
      expect([verifies(one, data), verifies(other, data)]).toEqual([true, true])
      expect(one.certificateChain[0]).not.toBe(other.certificateChain[0])
    })
  })
}
