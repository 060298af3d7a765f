/**
 * A card, however it is reached: software in the demo, a chip behind a reader at a desk.
 * The PIN is judged by the card; it never reaches the platform.
 */

export type CardPort = {
  /** The user-authentication certificate; readable without a PIN. */
  certificatePem(): Promise<string>
  /**
   * Signs the challenge (RSASSA-PKCS1-v1_5, SHA-256) after the four-digit PIN.
   * @refuses card-pin-wrong (with the tries that are left), card-locked
   */
  sign(pin: string, challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>>
}

/** Wrong PINs in a row before the card locks itself (利用者証明用電子証明書: 3). */
export const PIN_TRIES = 3

export const cardErrors = {
  'card-pin-wrong': {
    ja: '暗証番号が違います。数字4桁をもう一度入力してください。3回続けて間違えるとカードがロックされます。',
    en: 'The PIN is wrong. Enter the four digits again. After three wrong tries in a row the card locks itself.',
  },
  'card-locked': {
    ja: '暗証番号を3回続けて間違えたため、カードがロックされています。お住まいの市区町村の窓口で暗証番号を初期化してください。',
    en: 'The card is locked after three wrong PINs in a row. Have the PIN reset at your municipal office.',
  },
} as const satisfies Record<string, { ja: string; en: string }>

export type CardErrorCode = keyof typeof cardErrors

export class CardError extends Error {
  readonly code: CardErrorCode
  readonly triesLeft: number
  constructor(code: CardErrorCode, triesLeft: number) {
    super(code)
    this.name = 'CardError'
    this.code = code
    this.triesLeft = triesLeft
  }
}
