import type { Sentence } from '#kernel/language'

/** Whether the person is covered. @spec eligibility verification section 2, QualificationValidity: 1 有効, 2 無効, 3 無効（新しい資格あり）, 4 該当資格なし, 5 複数該当 */
export type Validity = '1' | '2' | '3' | '4' | '5'

/** @spec InsuredCardClassification: 01 一般, 02 退職, 03/04 短期, 05 資格証明書, 06 特例退職, 07 自衛官診療証 */
export type CardClassification = '01' | '02' | '03' | '04' | '05' | '06' | '07'

/** @spec ReasonOfLoss: 01 死亡, 02 生活保護受給開始, 03 他の資格取得, 99 その他 */
export type ReasonOfLoss = '01' | '02' | '03' | '99'

/** A period of calendar days in Japan, 'YYYY-MM-DD', both ends included; `validUntil` null means no end is known. */
export type Period = { validFrom: string; validUntil: string | null }

/** One period of insurance as the insurer entered it. */
export type Coverage = Period & {
  /** Patient key. */
  key: string
  /** Canonical: 8 digits, padded with zeros. */
  insurerNumber: string
  insurerName: string
  /** Symbol, number and branch as issued; width and dashes as on the certificate. Symbol and branch may be empty. */
  symbol: string
  number: string
  branch: string
  cardClassification: CardClassification
  /** Ordinary share in percent, as the insurer stated it when entering the period; `copayOn` gives the share of a day. */
  copayPercent: number
  /** 1 本人, 2 家族. */
  personalFamily: '1' | '2'
  reasonOfLoss: ReasonOfLoss | null
  /** 高齢受給者証 of a person of 70 to 74: its share and its first and last day. Null where there is none. */
  elderlyPercent: number | null
  elderlyFrom: string | null
  elderlyUntil: string | null
}

/** 限度額適用認定証. Classification 01 限度額適用, 02 限度額適用・標準負担額減額, 03 標準負担額減額; flag A01–A06 below 70, B01–B10 from 70. */
export type LimitCertificate = Period & { key: string; classification: '01' | '02' | '03'; classificationFlag: string }

/** 特定疾病療養受療証. Category 1 dialysis, 2 haemophilia, 3 HIV by blood products. */
export type SpecificDisease = Period & { key: string; category: '1' | '2' | '3'; selfPayYen: number }

/** 公費負担医療の受給者証. `payerNumber` 8 digits; the first two are the number of the law. `ceilingYen` a month; null means none. */
export type Subsidy = Period & { key: string; payerNumber: string; recipientNumber: string; name: string; ceilingYen: number | null }

/** How the person wishes to be called and shown, beside the register. Sex 1 男, 2 女, 3 未設定. */
export type ShownAs = { key: string; nameOfOther: string; nameOfOtherKana: string; sex2: '1' | '2' | '3' | null }

/** Everything the register of insurance knows of a person, over all of the person's keys. */
export type Facts = {
  coverages: Coverage[]
  limitCertificates: LimitCertificate[]
  specificDiseases: SpecificDisease[]
  subsidies: Subsidy[]
  shownAs: ShownAs | null
}

type Keyless<T> = Omit<T, 'key'>

/** What an insurer, a municipality or a seed enters for one patient key. Entering the same period again replaces it. */
export type RegisterEntry = {
  key: string
  birthDate: string
  coverages: readonly Keyless<Coverage>[]
  limitCertificates?: readonly Keyless<LimitCertificate>[]
  specificDiseases?: readonly Keyless<SpecificDisease>[]
  subsidies?: readonly Keyless<Subsidy>[]
  shownAs?: Keyless<ShownAs>
}

/** What is typed at a desk from an eligibility certificate (資格確認書). `branch` may be unknown. */
export type Typed = { insurerNumber: string; symbol: string; number: string; branch?: string | undefined; birthDate: string }

/** One period as a desk sees it. */
export type ShownCoverage = Omit<Keyless<Coverage>, 'elderlyPercent' | 'elderlyFrom' | 'elderlyUntil'>

/** The answer to 'is this person covered on this day?'. Fields of the period are null where no single period applies. */
export type Eligibility = { [K in keyof ShownCoverage]: ShownCoverage[K] | null } & {
  validity: Validity
  validityName: Sentence
  nextStep: Sentence
  /** Calendar day in Japan that was asked about. */
  checkedOn: string
  /** Every period that applies; more than one only where validity is 5. */
  coverages: ShownCoverage[]
  /** 限度額適用認定証関連情報提供の同意: 1 given, 0 not given; without it `limitCertificates` stays empty, whatever exists. */
  limitCertificateConsent: '0' | '1'
  limitCertificates: Keyless<LimitCertificate>[]
  specificDiseases: Keyless<SpecificDisease>[]
  subsidies: Keyless<Subsidy>[]
}

/** Cover of one person today, as an arrivals list shows it. `copayPercent` and `insurerName` null where no single period applies. */
export type CoverState = { validity: Validity; validityName: Sentence; copayPercent: number | null; insurerName: string | null }

/** A stay at a card reader: one challenge for one card, then ten minutes for the person's answer. */
export type ReaderSession = {
  id: string
  institutionNumber: string
  /** 32 random bytes. */
  challenge: Buffer
  expiresAt: Date
  /** When a card answered, accepted or not; null while none has. */
  usedAt: Date | null
  /** Key of the person whose card was accepted. */
  personKey: string | null
  /** Until when the person's answer, or the staff's look, is taken. */
  consentUntil: Date | null
  /** Digest of the sign-in, or client id, of the screen it was opened at. */
  openedBy: string | null
  /** How the person was proven; null while nobody is. */
  provenBy: ProvenBy | null
  /** Key of the person whom the staff are asked to look at. */
  pendingKey: string | null
  /** When the staff looked, whatever they said. */
  vouchedAt: Date | null
  /** A genuine card of nobody that answered here. */
  unlinked: { serial: string; issuer: string } | null
}

/** How the card's holder was proven: PIN, face by the reader, or by the eyes of the staff. The last two go without a PIN (特定機関認証). */
export type ProvenBy = 'pin' | 'face' | 'visual'

/** What differs from the last time the person came here. */
export type Changed = 'insurer' | 'address'

/** One person's arrival of the last day, as the desk lists it. `order` is the place among those who came that day, from 1. */
export type Arrival = { key: string; at: Date; order: number; provenBy: ProvenBy; changed: Changed[] }

/**
 * Checks the certificate of a card and its signature over the challenge: chain, policy, validity, revocation.
 * Bound in `app` to the card adapter. A refusal says why, and what the person can do, in both languages.
 */
export type CardVerifier = {
  check(input: {
    certificatePem: string
    signature: Uint8Array
    challenge: Uint8Array
    now: Date
    /** Institution under whose authority the card signed without its PIN; absent where the PIN was given. Neither signature passes for the other. */
    withoutPinAt?: string
  }): Promise<{ serial: string; issuer: string } | { refused: string; ja: string; en: string }>
  /** Which certificate this one follows, as its authority says: renewal or reissue. Absent where the authority cannot be asked. */
  previousOf?(card: { serial: string; issuer: string; now: Date }): Promise<{ serial: string; issuer: string } | null>
}
