import type { Command } from './command.ts'
import { registerCommands } from './register-commands.ts'

const lang = {
  value: 'ja|en',
  oneOf: ['ja', 'en'],
  ja: '文の言葉（既定は LANG による）',
  en: 'language of the sentences (default: by LANG)',
}
const files = { form: 'FILE...', least: 1, most: Number.POSITIVE_INFINITY }
const key = {
  value: 'FILE',
  ja: '控えの鍵の置き場所（既定は $ENISHI_HOME/backup-keys）',
  en: 'where the key of the backup lies (default: $ENISHI_HOME/backup-keys)',
}

/** Every command, in the order of the help. Each is loaded when it is called, so that the help answers at once. */
export const commands: readonly Command[] = [
  {
    name: 'help',
    operands: { form: '[COMMAND]', least: 0, most: 1 },
    ja: 'この一覧を示します。',
    en: 'Shows this list.',
    run: async (given, io) => (await import('./help.ts')).help(given, io),
  },
  {
    name: 'version',
    ja: '版を示します。',
    en: 'Shows the version.',
    run: async (given, io) => (await import('./help.ts')).version(given, io),
  },
  {
    name: 'validate',
    operands: files,
    ja: 'FHIRのファイルを確かめます（JSON、XML、NDJSON、フォルダー）。データベースもネットワークも使いません。',
    en: 'Checks FHIR files (JSON, XML, NDJSON, folders). Uses no database and no network.',
    options: {
      format: {
        value: 'table|outcome',
        oneOf: ['table', 'outcome'],
        ja: '表、または OperationOutcome（1行に1件）',
        en: 'a table, or one OperationOutcome a line',
      },
      profile: {
        value: 'URL[,URL]',
        ja: 'ファイルが名乗るものに加えて確かめるプロファイル',
        en: 'profiles to keep to beside those the file claims',
      },
      rules: {
        value: 'auto|submission|none',
        oneOf: ['auto', 'submission', 'none'],
        ja: '電子カルテ情報共有の規則：提出と名乗るBundleに（auto）、すべてのBundleに、使わない',
        en: 'rules of the sharing service: for Bundles that say they are submissions (auto), for every Bundle, for none',
      },
      packages: {
        value: 'DIR',
        ja: 'FHIRパッケージ（フォルダーか .tgz）の置き場所（既定は $ENISHI_HOME/packages）',
        en: 'where FHIR packages lie, folders or .tgz (default: $ENISHI_HOME/packages)',
      },
      lang,
    },
    run: async (given, io) => (await import('./validate.ts')).validate(given, io),
  },
  {
    name: 'import',
    operands: files,
    ja: 'Bundleを提出として取り込みます。一つでも規則に合わなければ、何も取り込みません。',
    en: 'Takes Bundles in as submissions. If one breaks the rules, none is taken in.',
    options: {
      as: {
        value: 'NUMBER',
        ja: '提出する医療機関番号（10桁、既定はBundleの送信元）',
        en: 'institution number that submits (10 digits; default: the sender in the Bundle)',
      },
      each: {
        ja: 'Bundleごとに取り込みます（途中からやり直せます）',
        en: 'takes each Bundle in by itself (can be run again after a stop)',
      },
      lang,
    },
    run: async (given, io) => (await import('./import.ts')).importBundles(given, io),
  },
  {
    name: 'terminology',
    operands: { form: 'load FILE | list | drop URL | layouts', least: 1, most: 2 },
    ja: '標準コードのマスター（病名、医薬品、検査、用法など）を、配布されたままの形で読み込み、版ごとに並べます。',
    en: 'Loads masters of standard codes (diseases, medicines, tests, usage, ...) as they were published, edition beside edition.',
    options: {
      as: {
        value: 'LAYOUT',
        ja: 'ファイルの形式（一覧は terminology layouts）',
        en: 'layout of the file (terminology layouts lists them)',
      },
      date: { value: 'YYYY-MM-DD', ja: 'この版が有効になる日', en: 'day from which the edition holds' },
      system: { value: 'URL', ja: 'コード体系のURL（--as general のとき）', en: 'URL of the code system (with --as general)' },
      title: { value: 'TEXT', ja: 'コード体系の名称（--as general のとき）', en: 'name of the code system (with --as general)' },
      note: { value: 'TEXT', ja: '備考（「試験用」など。画面にも出ます）', en: 'a note, e.g. that it is for tests; shown on pages' },
      sheet: { value: 'NAME', ja: 'Excel のシートの名前（既定は最初のシート）', en: 'sheet of the workbook (default: the first)' },
      replace: { ja: '同じ日の版を置き換えます', en: 'replaces the edition of the same day' },
    },
    run: async (given, io) => (await import('./terminology.ts')).terminology(given, io),
  },
  ...registerCommands,
  {
    name: 'seed',
    ja: 'デモ地域（架空の人々）を作ります。',
    en: 'Makes the demo region of invented people.',
    run: async (given, io) => (await import('./seed.ts')).seed(given, io),
  },
  {
    name: 'status',
    ja: '版、データベース、件数、監査ログの状態を示します。',
    en: 'Shows versions, database, row counts and the state of the audit log.',
    options: { json: { ja: 'JSONで示します', en: 'as JSON' } },
    run: async (given, io) => (await import('./status.ts')).status(given, io),
  },
  {
    name: 'backup',
    operands: { form: 'DIR', least: 1, most: 1 },
    ja: '全データの控えを、暗号化して DIR に作ります。',
    en: 'Makes an encrypted backup of everything in DIR.',
    options: { key },
    run: async (given, io) => (await import('./backup.ts')).backup(given, io),
  },
  {
    name: 'restore',
    operands: { form: 'DIR', least: 1, most: 1 },
    ja: '控えを戻します。控え全体を確かめ終えるまで、何も変えません。',
    en: 'Restores a backup. Changes nothing before the whole backup has been verified.',
    options: {
      key,
      into: {
        value: 'DATABASE_URL',
        ja: '別のデータベースへ戻します（訓練。鍵のファイルは戻しません）',
        en: 'into another database (a drill; key files are left alone)',
      },
      home: { ja: 'このデータフォルダーへ戻します（既定）', en: 'into this data folder (the default)' },
      replace: { ja: '戻し先にあるデータを置き換えます', en: 'replaces the data that is there' },
      check: { ja: '控えを確かめるだけで、戻しません', en: 'verifies the backup and restores nothing' },
    },
    run: async (given, io) => (await import('./restore.ts')).restore(given, io),
  },
  {
    name: 'card-bridge',
    ja: 'この端末のカードリーダーを、この端末で開いた受付の画面につなぎます（データベースは使いません）。止めるまで動きます。',
    en: 'Connects the card reader of this machine with the reader page open on it (uses no database). Runs until stopped.',
    options: {
      origin: {
        value: 'URL[,URL]',
        ja: 'つなぐ画面の場所。例 https://enishi.example（既定は $ENISHI_BASE_URL）',
        en: 'where the page stands, e.g. https://enishi.example (default: $ENISHI_BASE_URL)',
      },
      reader: {
        value: 'NAME',
        ja: 'カードリーダーの名前の始まり（既定は最初の1台）',
        en: 'beginning of the reader’s name (default: the first)',
      },
      port: { value: 'PORT', ja: '待ち受けるポート（既定は 8377）', en: 'port to listen on (default: 8377)' },
      wait: {
        value: 'SECONDS',
        ja: 'カードが置かれるのを待つ秒数（既定は 20、最大 50）',
        en: 'seconds to wait for a card (default: 20, at most 50)',
      },
      list: { ja: 'カードリーダーの一覧を示して終わります', en: 'lists the readers and ends' },
    },
    run: async (given, io) => (await import('./card-bridge.ts')).cardBridge(given, io),
  },
  {
    name: 'verify-log',
    operands: { form: 'FILE', least: 1, most: 1 },
    ja: '「誰が見たか」の証明や記録全体を、この機械だけで確かめます。データベースもネットワークも使いません。',
    en: 'Checks a proof of who looked, or a whole log, on this machine alone. Uses no database and no network.',
    options: {
      key: { value: 'FILE', ja: '運営者の公開鍵（PEM）', en: 'the operator’s public key (PEM)' },
      'witness-key': { value: 'FILE', ja: '立会人の公開鍵（PEM、いくつでも）', en: 'public keys of witnesses (PEM, any number)' },
      lang,
    },
    run: async (given, io) => (await import('./verify-log.ts')).verifyLog(given, io),
  },
  {
    name: 'export-log',
    operands: { form: 'FILE', least: 1, most: 1 },
    ja: '「誰が見たか」の記録全体を、verify-log で確かめられるファイルに書き出します。',
    en: 'Writes the whole log of who looked into a file that verify-log checks.',
    options: { 'without-content': { ja: '中身（個人の情報）を含めません', en: 'leaves the content (personal data) out' } },
    run: async (given, io) => (await import('./export-log.ts')).exportLog(given, io),
  },
  {
    name: 'roll-key',
    operands: { form: 'access-token | oauth-cookie', least: 1, most: 1 },
    ja: '縁の署名の鍵を、新しいものに替えます。止めずにできます。',
    en: 'Lets a new key of the platform follow the one that signs now. Nothing stops.',
    run: async (given, io) => (await import('./roll-key.ts')).rollKey(given, io),
  },
  {
    name: 'disaster',
    operands: { form: 'extract | offline FILE | merge LOG | key FILE | list', least: 1, most: 2 },
    ja: '災害時の閲覧を通信のない場所で使います：持ち出しファイルを作る、端末で開く、その記録を取り込む。',
    en: 'Disaster access without a network: makes an extract, opens it on a laptop, merges the laptop’s log.',
    options: {
      area: {
        value: 'PLACES',
        ja: '地域（石川県輪島市 など。既定は開いた地域すべて）',
        en: 'area, e.g. 石川県輪島市 (default: all that is open)',
      },
      disaster: { value: 'ID', ja: '災害（いくつも開いているとき）', en: 'which disaster, where several are open' },
      out: { value: 'FILE', ja: '書き出すファイル', en: 'file to write' },
      days: { value: 'DAYS', ja: '期限までの日数（既定は7、最大14）', en: 'days until it ends (default 7, at most 14)' },
      for: {
        value: 'NAME[,NAME]',
        ja: '合言葉で開ける相手（合言葉は作って一度だけ示します）',
        en: 'who can open it by a passphrase, which is made and shown once',
      },
      'recipient-keys': {
        value: 'FILE[,FILE]',
        ja: '鍵で開ける相手の公開鍵（X25519、PEM）',
        en: 'public keys (X25519, PEM) of who can open it',
      },
      'private-key': { value: 'FILE', ja: '自分の鍵で開く', en: 'opens it with your private key' },
      'passphrase-file': {
        value: 'FILE',
        ja: '合言葉の入ったファイル（既定は尋ねます）',
        en: 'file that holds the passphrase (default: asks)',
      },
      signer: { value: 'FINGERPRINT', ja: '紙で知らされた署名の指紋', en: 'fingerprint you were given on paper' },
      log: { value: 'FILE', ja: '端末の記録の置き場所（既定は FILE.log）', en: 'where the laptop’s log is kept (default: FILE.log)' },
      port: { value: 'PORT', ja: '待ち受けるポート（既定は 8378）', en: 'port to listen on (default: 8378)' },
    },
    run: async (given, io) => (await import('./disaster.ts')).disaster(given, io),
  },
  {
    name: 'witness',
    operands: { form: 'URL', least: 1, most: 1 },
    ja: '運営者とは別の場所で記録を見張り、続きである状態にだけ署名します。',
    en: 'Watches the log from elsewhere and co-signs only what continues it.',
    options: {
      folder: {
        value: 'DIR',
        ja: '鍵と、見た状態の置き場所（既定は enishi-witness）',
        en: 'where its key and what it saw are kept (default: enishi-witness)',
      },
      key: {
        value: 'FILE',
        ja: '運営者の公開鍵（PEM、既定は最初に見た鍵）',
        en: 'the operator’s public key (PEM; default: the one first seen)',
      },
      every: { value: 'SECONDS', ja: '見る間隔（秒、既定は10）', en: 'seconds between looks (default 10)' },
      once: { ja: '一度だけ見ます', en: 'looks once' },
      lang,
    },
    run: async (given, io) => (await import('./witness.ts')).witness(given, io),
  },
]
