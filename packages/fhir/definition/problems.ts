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
