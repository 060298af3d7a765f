/** What people make passwords of when they are asked for one. Gathered by kind, not copied from a list; written as they are folded. */

const words = (text: string): string[] => text.trim().split(/\s+/)

/** The service and its surroundings: the first words that come to mind in front of this page. `docs/security/passwords.md` lists them. */
export const contextWords: readonly string[] = words(`
  enishi enisi えにし 縁 iryo iryou iryō 医療 いりょう medical medicine health healthcare hospital clinic pharmacy byoin byouin 病院 びょういん
  kuriniku クリニック 診療所 医院 iin 薬局 yakkyoku doctor nurse physician pharmacist clerk 医師 ishi 看護師 かんご kango kangoshi 薬剤師 事務 jimu
  patient kanja 患者 かんじゃ karte karute カルテ かるて denshi 電子 chart record kiroku 記録 mynumber mainanba マイナンバー まいなんばー hoken 保険
  operator administrator auditor admin kanri 管理 管理者 kanrisha unyo 運用`)

/** Said where a secret is asked for. */
const asked = words(`
  password passw0rd passwort passwd pass pw pwd passcode passphrase secret login logon signin user username guest root system sysadmin
  administrator superuser master access private security secure letmein welcome hello default changeme change temp temporary test testing tester demo
  sample example account member manager office computer internet server network windows google yahoo facebook twitter instagram
  linkedin amazon apple iphone samsung android youtube microsoft office365 docomo softbank rakuten nintendo playstation pokemon
  pasuwado pasuwaado ぱすわーど パスワード ひみつ 秘密 himitsu あんしょう 暗証 番号 ばんごう bango ろぐいん ログイン てすと テスト tesuto かんり
  open sesame unlock enter unknown nothing whatever forgot remember mypassword thepassword newpassword oldpassword nopassword none null blank`)

/** Loved people and things. */
const loved = words(`
  iloveyou ilove loveyou love lovely lover loveme lover baby babygirl babyboy angel princess prince queen king sunshine sunflower flower flowers rose
  rainbow butterfly star starlight moon moonlight sun summer winter spring autumn christmas birthday happy happiness smile sweet sweetheart honey
  candy chocolate cookie cookies banana apple orange cherry strawberry peach lemon coffee beer pizza cheese chicken butter sugar
  dragon monkey tiger lion panther eagle falcon hawk wolf bear panda kitty kitten cat cats dog dogs doggy puppy rabbit horse horses mustang
  dolphin fish shark turtle snake spider superman batman spiderman ironman avengers wonder hero ninja samurai knight wizard magic shadow phoenix
  hunter killer soldier warrior ranger maverick rocket rocky thunder lightning storm ocean river mountain island freedom liberty peace forever friend
  friends family mother father mommy daddy mama papa sister brother grandma grandpa children school student teacher summer2 football baseball
  basketball soccer hockey tennis golf yankees lakers cowboys steelers arsenal chelsea liverpool barcelona juventus manchester united
  ferrari porsche mercedes corvette harley yamaha honda toyota nissan suzuki subaru matrix starwars startrek pokemon pikachu naruto onepiece
  hellokitty doraemon totoro ghibli disney mickey minnie snoopy
  daisuki daisukidayo aishiteru suki suteki kawaii arigato arigatou ohayo konnichiwa sayonara だいすき 大好き あいしてる 愛してる すき かわいい
  ありがとう おはよう こんにちは さようなら さくら 桜 sakura すみれ sumire ひまわり himawari ゆり yuri たんぽぽ はな 花 hana そら 空 sora うみ 海 umi やま 山 yama
  かわ 川 kawa ほし 星 hoshi つき 月 tsuki ゆき 雪 yuki ねこ 猫 neko いぬ 犬 inu うさぎ usagi ことり kotori すし sushi らーめん ramen おちゃ ocha
  ごはん gohan りんご ringo みかん mikan いちご ichigo もも momo ふじさん 富士山 fujisan fuji あい ai ゆめ 夢 yume きぼう kibou しあわせ shiawase 幸せ`)

/** Names of people and places. */
const names = words(`
  michael jennifer jessica ashley amanda daniel andrew joshua matthew anthony robert thomas charlie george jordan michelle nicole maggie hannah
  samantha jasmine elizabeth victoria alexander alexandra william richard charles david john james peter martin kevin steven brian justin
  brandon tyler taylor hunter austin dakota madison morgan sophie olivia emily emma lauren rachel rebecca sarah laura maria anna julia
  sato satou suzuki takahashi tanaka ito itou watanabe yamamoto nakamura kobayashi kato katou yoshida yamada sasaki yamaguchi matsumoto inoue
  kimura hayashi shimizu saito saitou yamazaki mori ikeda hashimoto abe ishikawa yamashita ogawa ishii hasegawa goto okada kondo
  taro tarou jiro jirou hanako kenji hiroshi takashi akira satoshi makoto kazuya takuya daisuke kenta shota shouta yuta yuuta naoki
  yoko youko keiko tomoko yumi yumiko mayumi naomi akiko noriko kumiko kyoko miki mika ayumi emi megumi haruka misaki ayaka yuka yui aoi
  さとう 佐藤 すずき 鈴木 たかはし 高橋 たなか 田中 いとう 伊藤 わたなべ 渡辺 やまもと 山本 なかむら 中村 こばやし 小林 かとう 加藤 やまだ 山田 たろう 太郎 はなこ 花子
  tokyo toukyou osaka kyoto nagoya yokohama sapporo fukuoka kobe sendai hiroshima okinawa hokkaido nippon nihon japan japanese
  とうきょう 東京 おおさか 大阪 きょうと 京都 にほん にっぽん 日本 america london paris berlin canada australia china korea england ireland texas`)

/** Short words that stand between others. */
const between = words(`
  my me you your the and or is are in on at of for to it i we our mr ms dr no yes ok go big new old one two three four five six seven eight nine
  ten number first last good bad best super hot cool sexy black white blue red green yellow purple orange silver golden gold diamond
  jan feb mar apr may jun jul aug sep oct nov dec monday tuesday wednesday thursday friday saturday sunday january february march april june
  july august september october november december 令和 平成 昭和 reiwa heisei showa shouwa ねん がつ 年 月 日 です desu の no wa は が ga と to に ni ni を wo san さん
  chan ちゃん kun くん sama さま com net org jp co www http https qwe asd zxc abc xyz aaa xxx`)

/** Every word, each once. */
export const commonWords: ReadonlySet<string> = new Set([...contextWords, ...asked, ...loved, ...names, ...between])

/** Orders that fingers or the alphabet know; read forwards and backwards, from any place. */
export const orders: readonly string[] = [
  '01234567890123456789', 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  'qwertyuiop@[', 'asdfghjkl;:]', 'zxcvbnm,./', 'azertyuiop', 'qsdfghjklm', 'wxcvbn', 'qwertzuiop', 'yxcvbnm',
  '!@#$%^&*()_+', '!"#$%&\'()=~|', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/', 'qazwsxedcrfvtgbyhnujmikolp', '1qazxsw23edcvfr45tgbnhy67ujm',
  '1q2w3e4r5t6y7u8i9o0p', 'q1w2e3r4t5y6u7i8o9p0', '1w2e3r4t5y6u7i8o9p', 'a1s2d3f4g5h6j7k8l9', '1a2s3d4f5g6h7j8k9l', 'a1b2c3d4e5f6g7h8i9j0', '1a2b3c4d5e6f7g8h9i0j',
  'qweasdzxc', '123qweasdzxc', '147258369', '159357', '789456123', '741852963',
  'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん',
  'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン',
  'いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす',
  'aiueokakikukekosashisusesotachitsutetonaninuneno', '一二三四五六七八九十',
] // biome-ignore format: one list
