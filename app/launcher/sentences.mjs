// @ts-check
/**
 * Every sentence with which the launcher stops, with its exit code: one row each, Japanese first.
 * `{name}` is filled in by the caller. Operators' scripts rely on the codes; never reuse one.
 *
 * | codes   | what is wrong                     |
 * | ------- | --------------------------------- |
 * | 10 - 19 | the program's own set-up          |
 * | 20 - 29 | the data folder and the port      |
 * | 30 - 39 | the database                      |
 * | 40 - 49 | the command line                  |
 */
export const sentences = /** @type {const} */ ({
  'install-failed': {
    exitCode: 10,
    ja: '必要な部品を入れられませんでした（npm ci の終了コード {code}）。上の表示とネットワークを確かめ、もう一度実行してください。',
    en: 'What Enishi needs could not be installed (npm ci ended with code {code}). Check the lines above and the network, then run it again.',
  },
  'npm-missing': {
    exitCode: 11,
    ja: 'npm が見つからないため、必要な部品を入れられません。npm を含む Node.js を入れてください。',
    en: 'npm was not found, so what Enishi needs cannot be installed. Install a Node.js that brings npm.',
  },
  'node-too-old': {
    exitCode: 12,
    ja: 'Node.js 24 以上が必要です（いまは {version}）。この機種（{platform}）向けの同梱版はないため、Node.js 24 を入れてください。',
    en: 'Node.js 24 or newer is required (this is {version}). None is bundled for this machine ({platform}); install Node.js 24.',
  },
  'build-failed': {
    exitCode: 13,
    ja: 'プログラムの組み立てに失敗しました：{reason}',
    en: 'The program could not be built: {reason}',
  },
  'entry-missing': {
    exitCode: 14,
    ja: '{entry} がありません。このチェックアウトは欠けています。',
    en: '{entry} does not exist; this checkout is incomplete.',
  },
  'already-running': {
    exitCode: 20,
    ja: 'このデータフォルダー（{home}）では、すでに縁が動いています（プロセス {pid}）。先にそちらを止めるか、ENISHI_HOME で別の場所を指定してください。',
    en: 'Enishi is already running on this data folder ({home}, process {pid}). Stop it first, or name another folder with ENISHI_HOME.',
  },
  'port-in-use': {
    exitCode: 21,
    ja: 'ポート {port} は別のプログラムが使っています。それを止めるか、PORT で別の番号を指定してください。',
    en: 'Port {port} is used by another program. Stop it, or name another port with PORT.',
  },
  'port-invalid': {
    exitCode: 22,
    ja: 'PORT の値「{port}」はポート番号ではありません。1 から 65535 の数を指定してください。',
    en: 'PORT is "{port}", which is not a port number. Give a number from 1 to 65535.',
  },
  'disk-full': {
    exitCode: 23,
    ja: '{folder} のあるディスクの空きが足りません（空き {freeMb} MB、必要 {needMb} MB）。空きを作ってから、もう一度実行してください。',
    en: 'The disk that holds {folder} is too full ({freeMb} MB free, {needMb} MB needed). Free some space and run it again.',
  },
  'newer-data': {
    exitCode: 24,
    ja: 'データフォルダー（{home}）は新しい版の縁が作ったものです（{found}、この版は {known} まで）。新しい版で開いてください。データには触れていません。',
    en: 'The data folder ({home}) was made by a newer Enishi ({found}; this one knows up to {known}). Open it with the newer one. Nothing was touched.',
  },
  'home-unusable': {
    exitCode: 25,
    ja: 'データフォルダー（{home}）を使えません：{reason}。ENISHI_HOME で書き込める場所を指定してください。',
    en: 'The data folder ({home}) cannot be used: {reason}. Name a folder you can write to with ENISHI_HOME.',
  },
  'database-unreachable': {
    exitCode: 30,
    ja: 'DATABASE_URL のデータベース（{target}）につながりません：{reason}。URL とデータベースの状態を確かめてください。',
    en: 'The database of DATABASE_URL ({target}) cannot be reached: {reason}. Check the URL and that the database is up.',
  },
  'database-too-old': {
    exitCode: 31,
    ja: 'DATABASE_URL のデータベース（{target}）は PostgreSQL {version} です。15 以上が必要です。',
    en: 'The database of DATABASE_URL ({target}) is PostgreSQL {version}; 15 or newer is required.',
  },
  'postgres-missing': {
    exitCode: 32,
    ja: 'この機種（{platform}）向けの同梱 PostgreSQL がありません。DATABASE_URL で PostgreSQL 15 以上を指定してください。',
    en: 'There is no bundled PostgreSQL for this machine ({platform}). Point DATABASE_URL at a PostgreSQL 15 or newer.',
  },
  'postgres-failed': {
    exitCode: 33,
    ja: '同梱の PostgreSQL を起動できませんでした：{reason}（記録：{log}）',
    en: 'The bundled PostgreSQL did not start: {reason} (log: {log})',
  },
  'no-way-as-root': {
    exitCode: 34,
    ja: 'root では PostgreSQL を動かせず、ほかの方法もこの環境では使えません（{tried}）。root 以外の利用者で実行するか、DATABASE_URL を指定してください。',
    en: 'PostgreSQL refuses to run as root and no way around it works here ({tried}). Run as another user, or set DATABASE_URL.',
  },
  'browser-libraries-missing': {
    exitCode: 15,
    ja: '画面のテストに使うブラウザーを動かせません。次のライブラリーがありません：{libraries}（Debian では {packages}）。',
    en: 'The browser used for page tests cannot run; these libraries are missing: {libraries} (on Debian: {packages}).',
  },
  'unknown-command': {
    exitCode: 40,
    ja: '「{name}」という命令はありません。使えるもの：{known}',
    en: 'There is no command "{name}". There are: {known}',
  },
})

/** @typedef {keyof typeof sentences} SentenceCode */

/** @type {WeakMap<Error, number>} */
const exitCodes = new WeakMap()

/**
 * The error that carries one sentence in both languages up to `main`.
 * @param {SentenceCode} code
 * @param {Record<string, string | number>} [values]
 * @returns {Error}
 */
export function stop(code, values = {}) {
  const row = sentences[code]
  const fill = (/** @type {string} */ text) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? `{${name}}`))
  const error = new Error(`${fill(row.ja)}\n${fill(row.en)}`)
  exitCodes.set(error, row.exitCode)
  return error
}

/**
 * Prints the sentence of an error (a stack only for what is no sentence) and returns the exit code.
 * @param {unknown} error
 * @returns {number}
 */
export function explain(error) {
  const code = error instanceof Error ? exitCodes.get(error) : undefined
  if (code !== undefined && error instanceof Error) {
    process.stderr.write(`${error.message}\n`)
    return code
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return 1
}

/**
 * One line of progress in both languages.
 * @param {string} ja
 * @param {string} en
 */
export function say(ja, en) {
  process.stdout.write(`${ja} / ${en}\n`)
}
