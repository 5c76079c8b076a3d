/**
 * Words in a remark that could identify someone. It warns while one types and forbids nothing: the person decides.
 *
 * Heuristic on purpose, and on the phone only: what is typed is shown to nobody.
 */

const SIGNS = [
  ['phone', /(?:\d[\s-]?){7,}/],
  ['address', /[\w.+-]+@[\w-]+|微信号|\bwechat\b|\bQQ\s*[:：]?\s*\d/i],
  [
    'date',
    /\d{1,2}\s*月\s*\d{1,2}|[一二三四五六七八九十]+月[一二三四五六七八九十]+[日号]|(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}(?!\d)|\d{1,2}[:：]\d{2}|[上下]午|昨[天晚]|前天|(?:上|这|本)周|(?:星期|礼拜|周)[一二三四五六日天]|\b(?:yesterday|last (?:week|month)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|march|april|june|july|august|september|october|november|december)\b)/i,
  ],
  [
    'title',
    /主任|处长|科长|院长|书记|校长|部长|局长|所长|馆长|班长|主席|经理|教授|老师|组长|干事|秘书|辅导员|[小老][赵钱孙李周吴郑王陈张刘杨黄林何高马罗]|[赵钱孙李周吴郑王陈张刘杨黄林何高马罗朱胡郭徐](?:某|工|总|处|科|局|院|部)|\b(?:mr|mrs|ms|dr|prof(?:essor)?|director|dean|secretary|president|head of)\b/i,
  ],
]

/** The kinds of sign found: some of 'phone', 'address', 'date', 'title'. */
export function signsIn(text) {
  return SIGNS.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind)
}
