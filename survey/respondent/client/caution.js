/**
 * Words in a remark that could identify someone. It warns while one types and forbids nothing: the person decides.
 *
 * Heuristic on purpose, and on the phone only: what is typed is shown to nobody. A name is guessed only where a word
 * before or after makes it one, because most surnames begin ordinary words too.
 */

// Without those that begin too many words, such as 高, 方, 任, 何, 马.
const FAMILY = '王李张刘陈杨赵周吴徐孙朱郭林罗郑梁宋唐韩冯邓曹彭萧董袁潘蒋蔡杜叶苏魏吕丁卢姚沈钟姜崔谭陆范汪廖贾夏邹孟秦邱侯薛闫陶贺郝龚邵覃武钱戴莫'
const PERSON = `[${FAMILY}][\\u4e00-\\u9fa5]{1,2}`
const POSTS =
  '主任|处长|科长|院长|书记|校长|部长|局长|所长|馆长|班长|主席|经理|教授|老师|组长|干事|秘书|辅导员|科员|会计|司机|医生|护士长'

const SIGNS = [
  ['phone', /(?:[\d〇零一二三四五六七八九][\s-]?){7,}/],
  ['address', /[\w.+-]+@[\w-]+|微信号|\bwechat\b|\bQQ\s*:?\s*\d/i],
  [
    'date',
    /\d{1,2}\s*月\s*(?:\d{1,2}|[上中下]旬|[初底])|\d{1,2}\s*[日号](?![线楼])|[一二三四五六七八九十]+月[一二三四五六七八九十初]+[日号]?|(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}(?!\d)|\d{1,2}:\d{2}|\d{1,2}\s*点|[上下中]午|(?:昨|前|今)[天晚]|当天|[上这本]个?(?:周|月|星期|礼拜)|(?:星期|礼拜|周)[一二三四五六日天末]|\b(?:yesterday|last (?:week|month)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|march|april|june|july|august|september|october|november|december|may \d)\b)/i,
  ],
  [
    'title',
    new RegExp(
      [
        POSTS,
        `[小老][${FAMILY}](?![\\u4e00-\\u9fa5]*(?:区|院|校))`,
        `[${FAMILY}](?:某|工|总|处|科|局|院|部)`,
        `${PERSON}(?:同志|同学|先生|女士|师傅)`,
        `(?:名叫|叫做|姓名|同事|[是被找跟向对和让叫给])${PERSON}(?=[说讲要找问骂批让叫把谈的，。、；？\\s]|$)`,
        '\\b(?:mr|mrs|ms|dr|prof(?:essor)?|director|dean|secretary|president|head of)\\b',
      ].join('|'),
      'i'
    ),
  ],
  ['title', /\b[A-Z][a-z]+ [A-Z][a-z]+\b/],
]

/** The kinds of sign found: some of 'phone', 'address', 'date', 'title'. */
export function signsIn(text) {
  const plain = text.normalize('NFKC') // full-width digits and letters too
  const found = SIGNS.filter(([, pattern]) => pattern.test(plain)).map(([kind]) => kind)
  return found.filter((kind, index) => found.indexOf(kind) === index)
}
