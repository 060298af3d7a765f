export function tokensUsed(css: string, tokens: string): Map<string, string>
export function unknownNames(css: string, tokens: string): string[]
export function buildAssets(root: string, outDir: string): Promise<void>
