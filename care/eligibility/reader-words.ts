/**
 * Every word of the card reader's screen, one row a sentence and one column a language: a further language is a further column.
 * Japanese carries its reading as `{漢字|かんじ}`. Few words, and none that a person of 85 would have to ask about.
 */
import type { Lang } from '#kernel/language'

export type ReaderWord = Record<Lang, string>

export const readerWords = {
  title: { ja: '今日、この医療機関に記録を見せますか', en: 'May this clinic see your records today?' },
  progress: { ja: '4つのうち {n}番目', en: 'Step {n} of 4' },
  back: { ja: 'もどる', en: 'Back' },
  call: { ja: '{受付|うけつけ}の{人|ひと}をよぶ', en: 'Call the staff' },
  voice: { ja: '声で聞く', en: 'Read aloud' },
  contrast: { ja: '白黒で見る', en: 'High contrast' },

  cardAsk: { ja: 'カードを{置|お}いてください', en: 'Please place your card' },
  cardLead: { ja: 'マイナンバーカードを、{読|よ}み{取|と}る{場所|ばしょ}に{置|お}きます。', en: 'Lay your My Number Card on the reader.' },
  oldCardAsk: { ja: '前のカードを置いてください', en: 'Please place your old card' },
  demoCard: { ja: 'デモのカード', en: 'Demo card' },
  chooseCard: { ja: 'カードを選んでください', en: 'Choose a card' },
  placed: { ja: 'カードを{置|お}きました', en: 'I have placed my card' },
  noScript: {
    ja: 'この画面ではカードを読み取れません。受付にお声がけください。',
    en: 'This screen cannot read cards. Please ask at the desk.',
  },

  pairAsk: { ja: '職員の方へ：この画面とカードリーダーをつなぎます', en: 'For the staff: pair this screen with the card reader' },
  pairLead: {
    ja: 'この端末で動いている card-bridge に表示された、8桁の番号を入れてください。最初に一度だけ必要です。',
    en: 'Enter the eight digits that card-bridge shows on this machine. This is needed only once.',
  },
  pairCode: { ja: 'つなぐための番号（8桁）', en: 'Pairing code (eight digits)' },
  pairDo: { ja: 'つなぐ', en: 'Pair' },

  machineAsk: { ja: 'カードを{読|よ}む{機械|きかい}が、いま{使|つか}えません', en: 'The card reader does not work right now' },
  machineLead: {
    ja: 'カードをお{取|と}りになり、{受付|うけつけ}の{人|ひと}をよんでください。ほかの{方法|ほうほう}で{受付|うけつけ}できます。',
    en: 'Please take your card and call the staff. You can check in another way.',
  },
  machineNote: { ja: '職員の方へ：', en: 'For the staff: ' },
  tryAgain: { ja: 'もう{一度|いちど}ためす', en: 'Try again' },

  wayAsk: { ja: 'どうやって、ご{本人|ほんにん}と{確|たし}かめますか', en: 'How shall we make sure it is you?' },
  wayLead: { ja: '{好|す}きなものを{選|えら}べます。', en: 'Choose whichever you like.' },
  wayPin: { ja: '{暗証番号|あんしょうばんごう}（4つの{数字|すうじ}）', en: 'PIN (four digits)' },
  wayFace: { ja: '{顔|かお}をうつす', en: 'My face, by camera' },
  wayLook: { ja: '{受付|うけつけ}の{人|ひと}に{見|み}てもらう', en: 'The staff look at me' },

  pinAsk: { ja: '{暗証番号|あんしょうばんごう}を{押|お}してください', en: 'Please enter your PIN' },
  pinLead: {
    ja: '4つの{数字|すうじ}です。この{機械|きかい}の{外|そと}には{出|で}ません。',
    en: 'Four digits. They never leave this machine.',
  },
  pinField: { ja: '暗証番号（数字4桁）', en: 'PIN (four digits)' },
  pinDelete: { ja: '1つ消す', en: 'Delete one' },
  pinDemo: { ja: 'デモ：この人の暗証番号は {pin} です', en: 'Demo: this person’s PIN is {pin}' },
  ok: { ja: 'すすむ', en: 'OK' },

  faceAsk: { ja: 'カメラを{見|み}てください', en: 'Please look at the camera' },
  faceLead: {
    ja: 'カードの{写真|しゃしん}とくらべます。{顔|かお}の{画像|がぞう}は{残|のこ}りません。',
    en: 'The reader compares you with the photo on your card. No picture is kept.',
  },
  faceYes: { ja: 'デモ：一致する', en: 'Demo: it matches' },
  faceNo: { ja: 'デモ：一致しない', en: 'Demo: it does not match' },

  lookAsk: { ja: '{受付|うけつけ}の{人|ひと}が{確|たし}かめます', en: 'The staff will look at you' },
  lookLead: { ja: 'カードは{置|お}いたまま、{少|すこ}しお{待|ま}ちください。', en: 'Leave the card where it is and wait a moment.' },

  chooseAsk: { ja: 'お{薬|くすり}や{検査|けんさ}の{記録|きろく}を、{見|み}せますか', en: 'May this clinic see your records?' },
  chooseLead: {
    ja: '{明日|あした}の{今|いま}ごろまで。{見|み}せなくても{診察|しんさつ}は{受|う}けられます。',
    en: 'Until this time tomorrow. You will be treated whatever you choose.',
  },
  chooseAll: { ja: 'ぜんぶ{見|み}せる', en: 'Show everything' },
  chooseSome: { ja: '1つずつ{選|えら}ぶ', en: 'Choose one by one' },
  chooseNone: { ja: '{今日|きょう}は{見|み}せない', en: 'Show nothing today' },

  kindAsk: { ja: '「{kind}」を見せますか', en: 'Show “{kind}”?' },
  kindCount: { ja: '{of}のうち {n}つ目', en: '{n} of {of}' },
  yes: { ja: '{見|み}せる', en: 'Show' },
  no: { ja: '{見|み}せない', en: 'Do not show' },

  doneAsk: { ja: 'おわりました。カードをお{取|と}りください', en: 'All done. Please take your card' },
  finish: { ja: 'おわる', en: 'Finish' },
  longer: { ja: '{次|つぎ}に{来|き}たときも{見|み}せる', en: 'Show next time too' },
  longerAsk: { ja: '{次|つぎ}に{来|き}たときも{見|み}せますか', en: 'Show the same next time too?' },
  longerThree: { ja: '3か{月|げつ}のあいだ、{見|み}せる', en: 'Yes, for 3 months' },
  longerYear: { ja: '1{年|ねん}のあいだ、{見|み}せる', en: 'Yes, for a year' },
  longerNo: { ja: '{今日|きょう}だけにする', en: 'No, today only' },

  lockedAsk: { ja: '{暗証番号|あんしょうばんごう}は、もう{使|つか}えません', en: 'The PIN is locked' },
  lockedLead: {
    ja: '3回まちがえたため、カードが{止|と}めました。{市役所|しやくしょ}などの{窓口|まどぐち}で{直|なお}せます。{今日|きょう}は、ほかの{方法|ほうほう}で{受付|うけつけ}できます。',
    en: 'After three wrong tries the card locked it. Your municipal office can reset it. Today you can check in another way.',
  },

  lockedLeadDesk: {
    ja: '3回まちがえたため、カードが{止|と}めました。{市役所|しやくしょ}などの{窓口|まどぐち}で{直|なお}せます。{今日|きょう}は、{受付|うけつけ}の{人|ひと}にお{話|はな}しください。',
    en: 'After three wrong tries the card locked it. Your municipal office can reset it. For today, please talk to the staff.',
  },

  unlinkedAsk: {
    ja: 'このカードは、まだ{保険証|ほけんしょう}として{登録|とうろく}されていません',
    en: 'This card is not registered for insurance yet',
  },
  unlinkedLead: {
    ja: 'はじめての{登録|とうろく}は、{縁|えにし}のサインインの{画面|がめん}で、このカードを{使|つか}ってできます。{今日|きょう}は{資格確認書|しかくかくにんしょ}を{受付|うけつけ}に{見|み}せてください。',
    en: 'Register it once: use this card on Enishi’s sign-in page. For today, show your eligibility certificate at the desk.',
  },
  haveOld: { ja: '{前|まえ}のカードがあります', en: 'I have my old card with me' },
  replacedAsk: { ja: '新しいカードが使えるようになりました', en: 'Your new card works now' },
  replacedLead: {
    ja: '前のカードは使えなくなりました。新しいカードを置いてください。',
    en: 'The old one has ended. Please place the new card.',
  },

  problemAsk: { ja: '受付できませんでした', en: 'We could not check you in' },
  again: { ja: 'カードを{置|お}きなおす', en: 'Place the card again' },

  helpAsk: { ja: '{受付|うけつけ}の{人|ひと}をよびました', en: 'The staff have been called' },
  helpLead: { ja: 'そのままお{待|ま}ちください。', en: 'Please wait here.' },
  goOn: { ja: 'つづける', en: 'Go on' },

  stillAsk: { ja: 'まだ、お{使|つか}いですか', en: 'Are you still there?' },
  stillLead: { ja: '{急|いそ}がなくてだいじょうぶです。', en: 'There is no hurry.' },
  stillYes: { ja: 'はい、つづけます', en: 'Yes, go on' },
} as const satisfies Record<string, ReaderWord>

/** What the screen says while it works; the script puts the figures in. */
export const readerSays = {
  attention: { ja: '注意', en: 'Attention' },
  noCards: { ja: 'デモのカードがありません。受付にお声がけください。', en: 'There are no demo cards. Please ask at the desk.' },
  noCard: { ja: 'カードを選んでから、押してください。', en: 'Choose a card first, then press.' },
  reading: { ja: 'カードを読んでいます。そのまま、お待ちください。', en: 'Reading your card. Please leave it and wait.' },
  placeAgain: {
    ja: 'カードを読めませんでした。置きなおして、そのまま動かさずに、もう一度押してください。',
    en: 'Your card could not be read. Place it again, leave it there, and press once more.',
  },
  otherCard: {
    ja: 'マイナンバーカードではないようです。マイナンバーカードを置いて、もう一度押してください。',
    en: 'This does not seem to be a My Number Card. Place a My Number Card and press again.',
  },
  badPin: { ja: '数字を4つ押してください。', en: 'Enter four digits.' },
  wrongPin: { ja: '番号がちがいます。あと{n}回ためせます。', en: 'That is not the PIN. You have {n} more tries.' },
  lastPin: {
    ja: '番号がちがいます。あと1回です。まちがえると番号が使えなくなります。',
    en: 'That is not the PIN. One more try: after that it locks.',
  },
  network: { ja: 'つながりませんでした。もう一度押してください。', en: 'No connection. Please press again.' },
  faceNo: {
    ja: 'お顔を確かめられませんでした。もう一度うつすか、受付の人に見てもらってください。',
    en: 'Your face could not be matched. Try again, or ask the staff to look.',
  },
  lookNo: { ja: '確かめられませんでした。受付でお話しください。', en: 'It could not be confirmed. Please talk to the desk.' },
  lookLate: { ja: '時間が過ぎました。もう一度選んでください。', en: 'Time is over. Please choose again.' },
  hello: { ja: '{name} さん', en: '{name}' },
  cover: { ja: '保険を確認しました：{insurer}、窓口の負担 {share}割', en: 'Cover confirmed: {insurer}, you pay {percent}%' },
  noCover: { ja: '保険：{state}。受付でお話しください。', en: 'Cover: {state}. Please talk to the desk.' },
  chart: { ja: '診察券番号 {number}', en: 'Chart number {number}' },
  shown: { ja: '明日の今ごろまで、次の情報を見せます。', en: 'Until this time tomorrow you show:' },
  shownLonger: {
    ja: '{until}まで、次の情報を見せます。いつでも取り消せます。',
    en: 'Until {until} you show the following. You can withdraw at any time.',
  },
  refused: { ja: '今日は何も見せません。このまま診察を受けられます。', en: 'You show nothing today. You will be treated all the same.' },
} as const satisfies Record<string, ReaderWord>

/** `{漢字|かんじ}` without its readings: for labels that cannot carry them. */
export const plain = (text: string): string => text.replace(/\{([^|{}]+)\|[^|{}]+\}/g, '$1')
