/** A digest as twelve words; the lists are those of survey/domain/ceremony/check_words.py. */
import { numberOf } from './group.js'

const ZH =
  '天地山水火木金土日月星云风雨雪雷江河湖海石玉竹松梅兰菊荷茶米麦豆牛马羊虎龙鱼鸟鹤犬兔鹿象门窗桥船车灯伞钟鼓琴棋书画笔纸刀春夏秋冬'
const EN =
  'apple anchor bridge butter candle carpet cherry copper dragon desert engine eagle falcon forest garden ginger ' +
  'hammer harbor island ivory jacket jungle kettle kitten ladder lemon magnet meadow needle nickel ocean onion ' +
  'paper pepper quartz quiver rabbit ribbon saddle silver table tiger umbrella uncle valley velvet wagon window ' +
  'yellow yogurt zebra zipper acorn basket cactus dinner elbow feather glove honey insect jewel koala lantern'
export const LISTS = { zh: Array.from(ZH), en: EN.split(' ') }
const COUNT = 12

export function checkWords(digest, language) {
  const bits = numberOf(digest.slice(0, (COUNT * 6) / 8))
  return Array.from({ length: COUNT }, (_, k) => LISTS[language][Number((bits >> BigInt(6 * (COUNT - 1 - k))) & BigInt(63))])
}
