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

/** What can go wrong between us and a card behind a reader, before or beside the PIN. */
export const readerErrors = {
  'reader-service-missing': {
    ja: 'この端末ではカードリーダーを使う準備ができていません。スマートカードのサービス（PC/SC）を入れて起動するよう、管理者に知らせてください。',
    en: 'This machine is not ready for card readers. Ask the operator to install and start the smart card service (PC/SC).',
  },
  'reader-absent': {
    ja: 'カードリーダーが見つかりません。つなぎ直してから、もう一度お試しください。',
    en: 'No card reader was found. Plug it in again and try once more.',
  },
  'reader-unplugged': {
    ja: '途中でカードリーダーが外れました。つなぎ直してから、もう一度お試しください。',
    en: 'The card reader was unplugged. Plug it in again and try once more.',
  },
  'card-absent': {
    ja: 'カードがありません。カードリーダーに置いてから、もう一度お試しください。',
    en: 'There is no card. Put it on the reader and try again.',
  },
  'card-removed': {
    ja: '読み取りの途中でカードが離れました。置いたままで、もう一度お試しください。',
    en: 'The card was taken away while it was being read. Leave it on the reader and try again.',
  },
  'card-in-use': {
    ja: 'ほかの画面やソフトがカードを使っています。それを閉じてから、もう一度お試しください。',
    en: 'Another window or program is using the card. Close it and try again.',
  },
  'card-slow': {
    ja: 'カードから返事がありません。カードを置き直して、もう一度お試しください。',
    en: 'The card does not answer. Put it on the reader again and try once more.',
  },
  'card-other': {
    ja: 'マイナンバーカードとして読めません。マイナンバーカードを置いてください。',
    en: 'This does not read as a My Number Card. Put a My Number Card on the reader.',
  },
  'card-unreadable': {
    ja: 'カードの返事を読み取れません。カードを置き直してください。続くときは、受付にお声がけください。',
    en: 'What the card answered cannot be read. Put it on the reader again; if this goes on, please ask at the desk.',
  },
  'bridge-absent': {
    ja: 'この端末でカードリーダーのプログラム（card-bridge）が動いていません。起動してから、もう一度お試しください。',
    en: 'The card reader program (card-bridge) is not running on this machine. Start it and try again.',
  },
  'bridge-not-paired': {
    ja: 'この画面はカードリーダーとまだ結び付いていません。card-bridge に表示されたつなぐための番号を入れてください。',
    en: 'This page is not paired with the card reader yet. Enter the pairing code that card-bridge shows.',
  },
  'bridge-code-wrong': {
    ja: 'つなぐための番号が違うか、期限が切れています。card-bridge に表示された新しい番号を入れてください。',
    en: 'The pairing code is wrong or has expired. Enter the new code that card-bridge shows.',
  },
  'bridge-refused': {
    ja: 'カードリーダーのプログラムがこの要求を受け付けませんでした。この画面を開き直してください。',
    en: 'The card reader program did not accept this request. Open this page again.',
  },
} as const satisfies Record<string, { ja: string; en: string }>

export type ReaderErrorCode = keyof typeof readerErrors

export class ReaderError extends Error {
  readonly code: ReaderErrorCode
  constructor(code: ReaderErrorCode) {
    super(code)
    this.name = 'ReaderError'
    this.code = code
  }
}
