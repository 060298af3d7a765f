/** Names of the designated laboratory items. @spec EMR information sharing: 43 items, FHIR識別名 */

const names = [
  'ABO-BLD',
  'Rh-BLD',
  'ALB',
  'ALP',
  'ALT',
  'AMY',
  'APTT',
  'AST',
  'BNP',
  'NT-proBNP',
  'BS',
  'FBS',
  'BUN',
  'Ca',
  'ChE',
  'CK',
  'Cl',
  'Cre',
  'CRP',
  'CRP-class',
  'Cys-C',
  'D-Bil',
  'T-Bil',
  'DD',
  'GGT',
  'Hb',
  'HbA1c-NGSP',
  'HDL-C',
  'LDL-C',
  'T-CHO',
  'TG',
  'K',
  'Na',
  'LD',
  'PLT',
  'PT-act',
  'PT-INR',
  'PT-ratio',
  'PT-sec',
  'RBC',
  'WBC',
  'TP',
  'U-ac',
  'U-pc',
  'U-Bld',
  'U-Glu',
  'U-TP',
  'UA',
]

/** As names are compared: width, case, spaces and hyphens make no difference. */
const folded = (name: string) =>
  name
    .normalize('NFKC')
    .replace(/[\s‐-]/g, '')
    .toUpperCase()

const designated = new Set(names.map(folded))

/** Does somebody's name of a test say that it is a designated one? Semi-quantitative and qualitative forms of an item are designated too. */
export const isDesignated = (name: string): boolean => designated.has(folded(name.replace(/[(（](半定量|定性)[)）]$/, '')))
