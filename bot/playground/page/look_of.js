// Which messenger draws how.

import { drawDingtalk } from "./dingtalk.js";
import { drawFeishu } from "./feishu.js";
import { drawWecom } from "./wecom.js";

/** Messenger name → function(seen, context) giving {card: bool, node} for one message. */
export const LOOKS = { wecom: drawWecom, dingtalk: drawDingtalk, feishu: drawFeishu };

/** The two signs a messenger is known by on this page: a letter for its badge. */
export const BADGES = { wecom: "企", dingtalk: "钉", feishu: "飞" };
