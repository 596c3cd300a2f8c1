"""The company the bench runs on: many people, each with one key result, on all three messengers."""

from datetime import date, timedelta
from pathlib import Path

from adapters.simulation import Resident

PEOPLE = "employee_no,name,email,mobile,department,manager_no,roles,store,locale,timezone,wecom,dingtalk,feishu"
ITEMS = (
    "item_key,kind,name_zh,name_en,picture,price,stock_mode,stores,departments,limit,sale_from,sale_until,approval,"
    "max_quantity,fulfil_days,pickup_days,forfeits,pool_until,cost,active"
)
STORE = "一号店"
GOALS = "objective_key,level,title,owner_no,parent_key,due,kr_title,kr_type,start,target,current,unit,weight"


def user_id(messenger: str, number: int) -> str:
    """A person's user id on a messenger; `number` from 0."""
    prefix = {"wecom": "u", "dingtalk": "user_", "feishu": "ou_"}[messenger]
    return f"{prefix}{number}"


def resident(messenger: str, number: int) -> Resident:
    """The same person in a simulated directory."""
    return Resident(
        user_id=user_id(messenger, number), name=f"员工{number}", department=f"部门{number % 50}",
        employee_no=f"E{number}",
    )  # fmt: skip


def write_people(path: Path, count: int) -> Path:
    """The CSV file for `bida people import`; ten people a manager."""
    lines = [PEOPLE]
    for number in range(count):
        manager = f"E{(number - 1) // 10}" if number else ""
        ids = ",".join(user_id(messenger, number) for messenger in ("wecom", "dingtalk", "feishu"))
        lines.append(f"E{number},员工{number},,,部门{number % 50},{manager},,,zh-CN,,{ids}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_goals(path: Path, count: int, today: date) -> Path:
    """The CSV file for `bida goals import`: one objective with one key result for everybody, due this quarter."""
    due = quarter_end(today).isoformat()
    lines = [GOALS]
    lines += [
        f"O{number},individual,按时交付 {number},E{number},,{due},交付准时率,percentage,90,98,94,%,100"
        for number in range(count)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_clerk(path: Path, number: int) -> Path:
    """One more person for `bida people import`: who serves in the only store."""
    ids = ",".join(user_id(messenger, number) for messenger in ("wecom", "dingtalk", "feishu"))
    line = f"E{number},员工{number},,,部门{number % 50},E0,clerk,{STORE},zh-CN,,{ids}"
    path.write_text(f"{PEOPLE}\n{line}\n", encoding="utf-8")
    return path


def write_shop(directory: Path, name: str, price: int) -> tuple[Path, Path]:
    """The catalogue of one item, and its stock, of which there is enough, for `bida rewards import`."""
    catalogue, stock = directory / "catalogue.csv", directory / "stock.csv"
    item = {
        "item_key": "mug", "kind": "physical", "name_zh": name, "name_en": "Mug", "price": str(price),
        "stock_mode": "counted", "stores": STORE,
    }  # fmt: skip
    line = ",".join(item.get(column, "") for column in ITEMS.split(","))
    catalogue.write_text(f"{ITEMS}\n{line}\n", encoding="utf-8")
    stock.write_text(f"item_key,store,on_hand\nmug,{STORE},100000\n", encoding="utf-8")
    return catalogue, stock


def quarter_end(day: date) -> date:
    """The last day of the quarter."""
    first = (day.month - 1) // 3 * 3 + 4
    return date(day.year + first // 13, (first - 1) % 12 + 1, 1) - timedelta(days=1)
