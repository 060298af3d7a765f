/** Every way a backup or a restore says no. `{name}` is filled in; nothing was changed where one of these is thrown, unless it says so. */
const problems = {
  'empty-database': {
    ja: 'データベースに縁のデータがありません。控えるものがないため、何も作りませんでした。',
    en: 'The database holds no data of Enishi. There is nothing to back up; nothing was made.',
  },
  'folder-unusable': {
    ja: '控えの置き場所（{folder}）に書き込めません：{reason}。書き込める場所と空きを確かめてください。',
    en: 'The backup folder ({folder}) cannot be written: {reason}. Check that it is writable and has space.',
  },
  'no-backup': {
    ja: '{folder} に完成した控えがありません。backup で作ったフォルダーを指定してください。',
    en: '{folder} holds no complete backup. Name a folder that backup has made.',
  },
  'newer-format': {
    ja: 'この控えは新しい版の縁で作られています（{found}）。その版で戻してください。何も変更していません。',
    en: 'This backup was made by a newer Enishi ({found}). Restore it with that version. Nothing was changed.',
  },
  'key-missing': {
    ja: '控えの鍵（{file}）を読めません：{reason}。--key で鍵のファイルを指定してください。鍵がなければ控えは戻せません。',
    en: 'The key of the backup ({file}) cannot be read: {reason}. Name the key file with --key. Without its key a backup cannot be restored.',
  },
  'wrong-key': {
    ja: '鍵（{file}）はこの控えのものではありません。何も変更していません。',
    en: 'The key ({file}) is not the one of this backup. Nothing was changed.',
  },
  'key-ended': {
    ja: '鍵（{file}）の期限（{day}）は過ぎていて、まもなく消されます。--key に新しい鍵のファイル名を指定してください。何も作っていません。',
    en: 'The last day ({day}) of the key ({file}) is over, and it will be destroyed soon. Name a new key file with --key. Nothing was made.',
  },
  corrupted: {
    ja: '控えのファイル {file} は壊れているか、書き換えられています。何も変更していません。別の控えを使ってください。',
    en: 'The file {file} of the backup is damaged or was altered. Nothing was changed. Use another backup.',
  },
  'ledger-unreadable': {
    ja: '消去の帳簿（{file}）の {line} 行目を読めません：{reason}。行の先頭のkeyがだれの記録かを示します。その人の記録を消去してから行を除き、もう一度実行してください。何も戻していません。',
    en: 'Line {line} of the ledger of erasures ({file}) cannot be read: {reason}. The key at its beginning says whose record it is about. Have that record erased, take the line out and run this again. Nothing was restored.',
  },
  'database-not-empty': {
    ja: '戻し先のデータベースにはデータがあります。置き換えてよければ --replace を付けてください。何も変更していません。',
    en: 'The target database holds data. Add --replace if it may be replaced. Nothing was changed.',
  },
  'platform-running': {
    ja: '戻し先のデータベースで縁が動いています（接続 {count}）。縁を止めてから、もう一度実行してください。何も変更していません。',
    en: 'Enishi is running on the target database ({count} connections). Stop it and run this again. Nothing was changed.',
  },
  'not-the-same': {
    ja: '戻したデータが控えと一致しません（{what}）。戻す作業を取り消しました。何も変更していません。',
    en: 'What was restored differs from the backup ({what}). The restore was taken back; nothing was changed.',
  },
  'files-not-restored': {
    ja: 'データは戻りましたが、鍵などのファイル（{file}）を書けませんでした：{reason}。',
    en: 'The data was restored, but a key file ({file}) could not be written: {reason}.',
  },
} as const satisfies Record<string, { ja: string; en: string }>

export type BackupProblemCode = keyof typeof problems

/** An expected failure of a backup or a restore, with its sentence in both languages. */
export class BackupProblem extends Error {
  readonly code: BackupProblemCode
  readonly ja: string
  readonly en: string
  constructor(code: BackupProblemCode, detail: Record<string, string> = {}) {
    const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => detail[name] ?? '')
    super(fill(problems[code].en))
    this.name = 'BackupProblem'
    this.code = code
    this.ja = fill(problems[code].ja)
    this.en = fill(problems[code].en)
  }
}

/** Throws the problem; typed `never` so that the reader and the compiler stop here. */
export function problem(code: BackupProblemCode, detail?: Record<string, string>): never {
  throw new BackupProblem(code, detail)
}

/** What the system said, short: `ENOSPC`, or the message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
