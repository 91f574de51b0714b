"""Where the writer comes from and what kind of organisation writes: by class of sentence, a table each."""

from __future__ import annotations

import pytest

from knowledge import loading
from knowledge.understanding import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(loading.load())


ALONE = (
    ("志愿律师(聊城),普法", "山东/聊城"),
    ("想教老人用手机,烟台", "山东/烟台"),
    ("会计都闲着,下乡帮合作社记账,四川内江", "四川/内江"),
    ("八个退休护士,想去山里,在武汉", "湖北/武汉"),
    ("劝和的事我们在行,人在绵阳", "四川/绵阳"),
    ("只带村里的娃打鼓,湘西来", "湖南/湘西"),
    ("医生团队,在沈阳和抚顺,一年能出两趟", "辽宁/沈阳"),
    ("泰安,养老的,想找个县", "山东/泰安"),
    ("yao zhao 60 ge ren zuo dianzi chang,dongguan", "广东/东莞"),
    ("We teach sewing, two months at a time, Chengdu", "四川/成都"),
    ("前年在贵州修过水池,这回想去山里,徐州", "江苏/徐州"),
    # a place of earlier work, one of a list
    ("以前跑过云南,贵州,这回想来重庆", ""),
    ("我们做过两年,在甘肃,后来停了", ""),
    ("不要推荐四川,贵州", ""),
)
OF_A_PLACE = (
    ("湖北巴东、四川宣汉都跑遍了,现在看上巫山", ""),
    ("在大理开个小客栈起家的,后来注册了社会服务机构", "云南/大理"),
    ("重庆市外的,泉州石材商会,可以出石头", "福建/泉州"),
    ("建一间记性屋,我们那馆在景德镇", "江西/景德镇"),
    ("矛盾调解,律师团八个人,杨州的", "江苏/扬州"),
    ("广安、达州都去过,这次只看重庆的合川", ""),
    ("No more expensive weddings, we have done it in Henan", ""),
    ("中午一块钱一荤一素,晋江一个村的老人会在办,愿意教给城口", "福建/泉州"),
    ("太极拳免费教,河南温县陈家沟来的", "河南/焦作"),
    ("滑梯积木攒了一车,从常州发,黔江要吗", "江苏/常州"),
    ("现在俺们临沂这一片的村都这么干", "山东/临沂"),
    ("给妇女讲课,我门是赣洲的律师", "江西/赣州"),
    ("焊工证免费考,芜胡职业培训中心", "安徽/芜湖"),
    ("street light broken in the Wanshan? no sorry Wansheng, we donate 80 lamps", ""),
    ("黔东南的不算,我问的是黔江", ""),
    ("家谱这事我们熟,江门的家谱研究会", "广东/江门"),
    ("积分榜贴在小卖部,山东菏泽的乡村志愿者协会做了三年", "山东/菏泽"),
    ("消防水池,云南一家公益组织做过九个寨", "云南"),
    ("工匠由泉州建筑装饰协会派过去", "福建/泉州"),
    ("我是个当妈的,在宁波一家工厂做文员,想给娃建个小屋", "浙江/宁波"),
    ("我会手风琴,一年能去两个月,我们队在攀枝花", "四川/攀枝花"),
    ("退休后跟着女儿到了苏州,在社工服务社打杂", "江苏/苏州"),
    ("娘家在乡下,嫁到广州做茶楼", "广东/广州"),
    ("各位领导,我们大连海参养殖的人夏天没事干", "辽宁/大连"),
    ("这套我们都做过,我们这群开农家乐的宜昌人", "湖北/宜昌"),
    ("登记一下,单位叫湖州爱山公益", "浙江/湖州"),
    ("I used to be a judge in Xiamen, I can settle quarrels", "福建/厦门"),
    ("我们是城口同乡会在北京,想去黔江教裁缝", "北京"),
    ("women shi kunshan de shanghui", "江苏/苏州"),
    ("从兰州坐火车来的,想见见负责人", "甘肃/兰州"),
    ("我们在甘肃天水扶贫过三年,后来回到了徐州", "江苏/徐州"),
    ("义诊队,西安交大一附院的,心内科", "陕西/西安"),
    ("老家湖南,现在深圳做设计,周末能远程", "广东/深圳"),
    ("我们在北京上海都有分部,总部深圳", "广东/深圳"),
    ("自驾去送书,成都出发", "四川/成都"),
    # whom one helps, where others work
    ("女儿在深圳上班,我自己退休了,会织布", ""),
    ("想学习浙江的经验,引到村里来", ""),
    ("四川那边已经饱和了,想换到重庆", ""),
    ("想把景德镇的师傅请到荣昌", ""),
    ("想给留守娃在深圳的爸妈装摄像头", ""),
    ("视频亲情屋,让娃跟在广东打工的爸妈见面", ""),
    ("Girls whose mothers work in Zhejiang need someone to talk to", ""),
    ("四川凉山的孩子你们管不管", ""),
    ("挨着贵州的有没得", ""),
    ("我们在贵州试过,想换个地方", ""),
)
NAMES = (
    ("新乡纺织协会,给妇女找活", "河南/新乡"),
    ("保定中医协会,教村民种柴胡", "河北/保定"),
    ("我们是大庆的,人民调解协会", "黑龙江/大庆"),
    ("江西修水的茶协会", "江西/九江"),
    ("创新乡村治理,确保定点采购", ""),
    ("修水池配净水机", ""),
    ("gaoqing jiankong he kuandai", ""),
    ("苏洲来的律师志愿者", "江苏/苏州"),
    ("泉洲鞋业协会,送球鞋", "福建/泉州"),
    ("进城务工的娃", ""),
    ("算了吧,太远", ""),
    ("绵羊", ""),
    ("龙眼,黄鳝,都收", ""),
    ("黄鳝,稻田里养的", ""),
)


@pytest.mark.parametrize(("text", "origin"), [*ALONE, *OF_A_PLACE, *NAMES])
def test_the_place_the_writer_comes_from(reader: Reader, text: str, origin: str) -> None:
    assert str(reader.read(text).origin or "") == origin


KINDS = (
    ("法官退休联谊社,先喝茶再说事", "community"),
    ("我们中华志愿者联合会想给队长办个训", "national"),
    ("珠海市机器人学会为村校捐编程积木", "academic"),
    ("湖北黄石环保装备商汇", "association"),
    ("把别家协会的联系方式导出来", ""),
    ("先心病患儿手术费全报,武汉协和校友医学基金会", "charity"),
    ("教村里娃认字,无锡小桔灯儿童发展中心", "service"),
    ("装扶手、换防滑砖,无障碍改造专业委员会(上海)", "academic"),
    ("镇上那几个小协会啥都不会写,我们可以教", ""),
    ("我们舞协想把摆手舞排成舞台剧", "association"),
    ("敬老院的轮椅已经发放完毕", ""),
    ("Volunteer doctors from Guiyang, cleft lip surgery team", "volunteer"),
    ("来学数控,出师进厂。常州市机器人与智能制造商会", "association"),
    ("净水器装到学校。阿拉善那边的基金会", "charity"),
    ("我们是学会下面的针灸分会", "academic"),
    ("换条路,搞村口垃圾房。义工,攀枝花来的", "volunteer"),
    ("讲孝道、送年货。社区互助队,璧山和铜梁都成", "community"),
    ("home visit nurse, we are a nursing agency from Suzhou", "service"),
    ("乡建学会,不拆不搬,西安来的", "academic"),
    ("你们河边好多泡沫盒子,我们净滩队看不下去了", "volunteer"),
    ("回来我跟商会的姐妹们说起,大家都想做点什么", "association"),
    ("跟几个老乡成立了个同乡商会,想收柚子", "association"),
    ("不卖货,就是学会用", ""),
    ("在老家办过书画社,现在想去重庆教毛笔字", ""),
    ("农大校友组成的志愿小组,给猪羊打防疫针", "volunteer"),
    ("志愿律师团培训村里的调解员", "volunteer"),
    ("大足石刻的志愿讲解员想带几个娃", "volunteer"),
    ("我们是个老街坊会,给老人剪头发", "community"),
    ("银川一个街坊互助社,陪老人唱歌", "community"),
    ("我们是社区读书社", "community"),
    ("枫桥来的和事佬协会", "community"),
    ("厂里的姐妹会,二十多个当妈的", "community"),
    ("福建同乡会,想捐书", "community"),
    ("Amateur football club in Dalian, for PE teachers", "community"),
    ("我们行会想资助接生室", "association"),
    ("臺北的農友會,教輪作", "association"),
    ("企业家联谊会,想清河滩", "association"),
    ("普洱市茶叶和咖啡产业发展促进会", "association"),
    ("We are a dentists club from Shanghai", "association"),
    ("深圳一家支持型机构,陪小机构写标书", "service"),
    ("Our legal aid NGO handles wage claims", "service"),
    ("香港嘅慈善機構,想起座橋", "charity"),
    ("钱由成都一家生态基金会垫", "charity"),
    ("联系人在东营市慈善总会", "charity"),
    ("合肥无线电学惠,有铁塔队", "academic"),
    ("咱们植保学会下去治稻飞虱", "academic"),
    ("学会报名一个,听安排", "academic"),
    ("和谐邻里互助社,织毛衣", "community"),
    # words that merely contain a kind
    ("收三十名大姐,学会翻身拍背", ""),
    ("拜师学扎灯,学会了自己耍", ""),
    ("科学惠民进村", ""),
    ("同学会,九八级的,想捐课桌", ""),
    ("给病人进行会诊", ""),
    ("一个月去一次敬老院剪头发", ""),
    ("我老公在敬老院当厨子", ""),
    ("我是地质队的,会手风琴", ""),
    ("酉阳的社工站散了一半人", ""),
    ("training village rescue volunteers in ropes", ""),
    ("想组织她们搞个互助社", ""),
    ("does Pengshui need NGO training", ""),
)


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_the_kind_of_the_writers_organisation(reader: Reader, text: str, kind: str) -> None:
    found = reader.read(text).kind
    assert (found.id if found else "") == kind
