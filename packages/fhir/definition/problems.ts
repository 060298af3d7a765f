/** Why a definition cannot be used, in the reader's words: what, where, what to do. */
export type Problem = { ja: string; en: string }

export const say = {
  otherVersion: (url: string, asked: string, found: string | undefined): Problem => ({
    ja: `'${url}' の版 ${asked} は読み込まれていません。代わりに${found === undefined ? '版のない定義' : `版 ${found}`}で調べました。版 ${asked} を含むパッケージを置いてください。`,
    en: `Version ${asked} of '${url}' is not loaded; ${found === undefined ? 'the definition without a version' : `version ${found}`} was used instead. Add the package that holds version ${asked}.`,
  }),
  unreadable: (where: string, reason: string): Problem => ({
    ja: `${where} は JSON として読めません (${reason})。パッケージを入手し直してください。`,
    en: `${where} cannot be read as JSON (${reason}). Get the package again.`,
  }),
  noSnapshot: (url: string, base: string | undefined): Problem => ({
    ja: `'${url}' には snapshot がなく、もとになる '${base ?? '(baseDefinition なし)'}' も読み込まれていません。もとの定義を含むパッケージを置くか、snapshot 付きのパッケージを使ってください。`,
    en: `'${url}' has no snapshot, and its base '${base ?? '(no baseDefinition)'}' is not loaded. Add the package that holds the base, or use a package with snapshots.`,
  }),
  circle: (url: string, way: readonly string[]): Problem => ({
    ja: `'${url}' の snapshot を作れません。baseDefinition が循環しています: ${way.join(' → ')}。パッケージの作成元に知らせてください。`,
    en: `No snapshot can be made for '${url}': its bases go round in a circle: ${way.join(' → ')}. Tell the publisher of the package.`,
  }),
  noSuchElement: (url: string, element: string): Problem => ({
    ja: `'${url}' の differential にある要素 '${element}' は、もとの定義にありません。要素名の誤りがないか、パッケージの作成元に確かめてください。`,
    en: `The differential of '${url}' names the element '${element}', which its base does not have. Ask the publisher of the package whether the name is right.`,
  }),
  nothingSaid: (url: string): Problem => ({
    ja: `'${url}' には snapshot も differential もありません。検証に使えないため、完全な定義を含むパッケージを置いてください。`,
    en: `'${url}' has neither snapshot nor differential, so nothing can be checked by it. Add a package with the complete definition.`,
  }),
  tooDeep: (url: string, limit: number): Problem => ({
    ja: `'${url}' の snapshot が ${limit} 要素を超えたため、作るのをやめました。パッケージの作成元に確かめてください。`,
    en: `The snapshot of '${url}' grew over ${limit} elements and was given up. Ask the publisher of the package.`,
  }),
}

const mib = (bytes: number) => Math.round(bytes / 1024 / 1024)

export const sayOfPackage = {
  brokenFile: (line: number, form: 'JSON' | 'XML'): Problem => ({
    ja: `${form} として読めません (${line} 行目付近)。このファイルを除いて読み込みました。パッケージを入手し直してください。`,
    en: `It cannot be read as ${form} (near line ${line}) and was left out. Get the package again.`,
  }),
  otherFhir: (version: string): Problem => ({
    ja: `FHIR ${version} の定義です。R4 (4.0.1) の検証には使えないため除きました。R4 用のパッケージを置いてください。`,
    en: `It is a definition of FHIR ${version} and cannot be used for R4 (4.0.1), so it was left out. Add the package made for R4.`,
  }),
  noUrl: (type: string): Problem => ({
    ja: `${type} に url がないため、参照できません。除いて読み込みました。パッケージの作成元に知らせてください。`,
    en: `The ${type} has no url, so nothing can refer to it; it was left out. Tell the publisher of the package.`,
  }),
  fileTooBig: (limit: number): Problem => ({
    ja: `${mib(limit)} MiB を超えるため除きました。`,
    en: `It is over ${mib(limit)} MiB and was left out.`,
  }),
  folderTooBig: (limit: number): Problem => ({
    ja: `フォルダーの JSON が合わせて ${mib(limit)} MiB を超えています。このファイル以降は読み込んでいません。パッケージを分けてください。`,
    en: `The folder's JSON files are over ${mib(limit)} MiB in all; this file and those after it were not read. Split the package.`,
  }),
  tooManyFiles: (limit: number): Problem => ({
    ja: `ファイルが ${limit} 個を超えています。それ以降は読み込んでいません。パッケージを分けてください。`,
    en: `It holds more than ${limit} files; the rest was not read. Split the package.`,
  }),
  notAFile: (): Problem => ({
    ja: 'パッケージの外を指すリンクや特殊ファイルのため、読み込みませんでした。実際のファイルを入れてください。',
    en: 'It is a link out of the package or a special file and was not read. Put the file itself into the package.',
  }),
  cutArchive: (): Problem => ({
    ja: '書庫が途中で切れているか壊れています。そこまでの内容だけを読み込みました。パッケージを入手し直してください。',
    en: 'The archive is cut off or damaged; only what stands before that was read. Get the package again.',
  }),
  brokenArchive: (name: string): Problem => ({
    ja: `パッケージ '${name}' は .tgz または .tar の書庫として読めません。ファイルを入手し直すか、展開したフォルダーを置いてください。`,
    en: `The package '${name}' cannot be read as a .tgz or .tar archive. Get the file again, or put the unpacked folder there.`,
  }),
  archiveTooBig: (name: string, limit: number): Problem => ({
    ja: `パッケージ '${name}' は展開すると ${mib(limit)} MiB を超えるため、読み込みをやめました。`,
    en: `The package '${name}' grows over ${mib(limit)} MiB when unpacked and was not read.`,
  }),
  leadsOut: (name: string): Problem => ({
    ja: `'${name}' はパッケージのフォルダーの外を指すリンクなので、読み込みませんでした。実際のファイルを置いてください。`,
    en: `'${name}' is a link that leads out of the package folder and was not read. Put the file itself there.`,
  }),
  cannotOpen: (name: string, reason: string): Problem => ({
    ja: `パッケージ '${name}' を開けません (${reason})。ファイルの権限を確かめてください。`,
    en: `The package '${name}' cannot be opened (${reason}). Check the file's permissions.`,
  }),
  nothing: (name: string, { files, firstFailure }: { files: number; firstFailure: (Problem & { file: string }) | undefined }): Problem => ({
    ja: `パッケージ '${name}' から定義を1つも読み込めませんでした (調べたファイル ${files} 個${firstFailure ? `。最初の誤り: ${firstFailure.file}: ${firstFailure.ja}` : ''})。StructureDefinition などを含む FHIR パッケージかどうか確かめてください。`,
    en: `No definition could be loaded from the package '${name}' (${files} files read${firstFailure ? `; first fault: ${firstFailure.file}: ${firstFailure.en}` : ''}). Check that it is a FHIR package with StructureDefinitions or the like.`,
  }),
}
