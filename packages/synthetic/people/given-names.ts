import type { Sex } from '../model.ts'

/** Given names with katakana reading, by sex and by the years in which they were usual (our own lists). */
const text: Record<Sex, readonly { until: number; names: string }[]> = {
  male: [
    {
      until: 1949,
      names:
        '清 キヨシ|茂 シゲル|正 タダシ|勇 イサム|実 ミノル|進 ススム|弘 ヒロシ|正雄 マサオ|一郎 イチロウ|三郎 サブロウ|義雄 ヨシオ|武 タケシ|昭 アキラ|博 ヒロシ|勝 マサル|久 ヒサシ|昇 ノボル|登 ノボル|和夫 カズオ|幸雄 ユキオ|忠 タダシ|治 オサム|喜一 キイチ|正治 マサハル|敏夫 トシオ|光男 ミツオ|源五郎 ゲンゴロウ',
    },
    {
      until: 1974,
      names:
        '誠 マコト|隆 タカシ|浩 ヒロシ|健一 ケンイチ|修 オサム|豊 ユタカ|達也 タツヤ|浩二 コウジ|秀樹 ヒデキ|哲也 テツヤ|和彦 カズヒコ|直樹 ナオキ|雅彦 マサヒコ|英樹 ヒデキ|剛 ツヨシ|賢治 ケンジ|裕之 ヒロユキ|正樹 マサキ|俊彦 トシヒコ|徹 トオル|聡 サトシ|純一 ジュンイチ|康弘 ヤスヒロ|克己 カツミ|明彦 アキヒコ|洋一 ヨウイチ|伸二 シンジ',
    },
    {
      until: 1996,
      names:
        '大輔 ダイスケ|翔太 ショウタ|健太 ケンタ|拓也 タクヤ|翔 ショウ|直人 ナオト|亮 リョウ|和也 カズヤ|雄太 ユウタ|達郎 タツロウ|祐介 ユウスケ|慎也 シンヤ|洋平 ヨウヘイ|貴之 タカユキ|優 ユウ|智也 トモヤ|悠太 ユウタ|龍一 リュウイチ|晃 アキラ|孝太郎 コウタロウ|将 ショウ|駿 シュン|匠 タクミ|航 ワタル|真一 シンイチ|亘 ワタル|淳 ジュン',
    },
    {
      until: 9999,
      names:
        '蓮 レン|陽翔 ハルト|湊 ミナト|大翔 ヒロト|悠真 ユウマ|樹 イツキ|律 リツ|朝陽 アサヒ|颯太 ソウタ|新 アラタ|蒼 アオイ|奏 カナデ|結翔 ユイト|海斗 カイト|陸 リク|大和 ヤマト|暖 ダン|碧 アオ|瑛太 エイタ|伊織 イオリ|凪 ナギ|晴 ハル|悠斗 ユウト|慧 ケイ|虎太郎 コタロウ|紬貴 ツムキ|琉生 ルイ',
    },
  ],
  female: [
    {
      until: 1949,
      names:
        '和子 カズコ|幸子 サチコ|節子 セツコ|洋子 ヨウコ|弘子 ヒロコ|美代子 ミヨコ|久子 ヒサコ|千代 チヨ|キヨ キヨ|トミ トミ|文子 フミコ|ハル ハル|静江 シズエ|正子 マサコ|良子 ヨシコ|光子 ミツコ|敏子 トシコ|ヨシ ヨシ|花子 ハナコ|勝子 カツコ|栄子 エイコ|みつ ミツ|すみ スミ|富美子 フミコ|八重 ヤエ|きみ キミ|ふじ フジ',
    },
    {
      until: 1974,
      names:
        '恵子 ケイコ|由美子 ユミコ|真由美 マユミ|久美子 クミコ|京子 キョウコ|智子 トモコ|裕子 ユウコ|陽子 ヨウコ|明美 アケミ|直美 ナオミ|純子 ジュンコ|美穂 ミホ|香織 カオリ|由香 ユカ|典子 ノリコ|礼子 レイコ|美香 ミカ|千恵子 チエコ|律子 リツコ|悦子 エツコ|早苗 サナエ|みどり ミドリ|ひろみ ヒロミ|恭子 キョウコ|佳代 カヨ|雅美 マサミ|薫 カオル',
    },
    {
      until: 1996,
      names:
        '愛 アイ|彩 アヤ|美咲 ミサキ|舞 マイ|麻衣 マイ|沙織 サオリ|千尋 チヒロ|恵 メグミ|友美 トモミ|早紀 サキ|葵 アオイ|成美 ナルミ|綾香 アヤカ|里奈 リナ|萌 モエ|遥 ハルカ|七海 ナナミ|瞳 ヒトミ|明日香 アスカ|春菜 ハルナ|奈々 ナナ|真理 マリ|静香 シズカ|桃子 モモコ|あゆみ アユミ|楓 カエデ|美和 ミワ',
    },
    {
      until: 9999,
      names:
        '陽葵 ヒマリ|凛 リン|結菜 ユナ|芽依 メイ|紬 ツムギ|莉子 リコ|澪 ミオ|咲良 サクラ|結愛 ユア|杏 アン|心春 コハル|さくら サクラ|花 ハナ|琴音 コトネ|美月 ミツキ|栞 シオリ|ひなた ヒナタ|詩 ウタ|千晴 チハル|一華 イチカ|柚葉 ユズハ|風花 フウカ|彩葉 イロハ|乃愛 ノア|まひろ マヒロ|茉白 マシロ|真央 マオ',
    },
  ],
}

/** Names of foreign residents: alphabet as on the residence card, katakana as read at the desk. */
export const foreignNames: readonly { family: string; given: string; familyKana: string; givenKana: string; sex: Sex }[] = [
  { family: 'NGUYEN', given: 'VAN ANH', familyKana: 'グエン', givenKana: 'ヴァンアイン', sex: 'female' },
  { family: 'NGUYEN', given: 'MINH TUAN', familyKana: 'グエン', givenKana: 'ミントゥアン', sex: 'male' },
  { family: 'WANG', given: 'XIAOMING', familyKana: 'ワン', givenKana: 'シャオミン', sex: 'male' },
  { family: 'LI', given: 'NA', familyKana: 'リー', givenKana: 'ナー', sex: 'female' },
  { family: 'KIM', given: 'JIWOO', familyKana: 'キム', givenKana: 'ジウ', sex: 'female' },
  { family: 'SANTOS', given: 'MARIA CLARA', familyKana: 'サントス', givenKana: 'マリアクララ', sex: 'female' },
  { family: 'SILVA', given: 'JOAO PEDRO', familyKana: 'シルバ', givenKana: 'ジョアンペドロ', sex: 'male' },
  { family: 'SHRESTHA', given: 'BIKASH', familyKana: 'シュレスタ', givenKana: 'ビカス', sex: 'male' },
  { family: 'ADEYEMI-WILLIAMS', given: 'OLUWASEUN', familyKana: 'アデイェミウィリアムズ', givenKana: 'オルワセウン', sex: 'male' },
  { family: 'SMITH', given: 'EMILY', familyKana: 'スミス', givenKana: 'エミリー', sex: 'female' },
]

export type GivenName = { kanji: string; kana: string }

const parsed = (names: string): readonly GivenName[] =>
  names.split('|').map((row) => {
    const [kanji = '', kana = ''] = row.split(' ')
    return { kanji, kana }
  })

const tables = {
  male: text.male.map((era) => ({ until: era.until, names: parsed(era.names) })),
  female: text.female.map((era) => ({ until: era.until, names: parsed(era.names) })),
}

/** The names usual for a child of this sex born in this year. */
export function givenNamesOf(sex: Sex, birthYear: number): readonly GivenName[] {
  return (tables[sex].find((era) => birthYear <= era.until) ?? tables[sex][3]!).names
}

/** How many different given names there are, for the tests. */
export const givenNameCount = [...tables.male, ...tables.female].reduce((sum, era) => sum + era.names.length, 0)
