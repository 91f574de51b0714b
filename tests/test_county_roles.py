"""Which counties a sentence wants: by class of sentence, a table each."""

from __future__ import annotations

import pytest

from knowledge import loading
from knowledge.reading.roles import compiled, fault
from knowledge.understanding import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(loading.load())


def wanted(reader: Reader, text: str) -> str:
    return " ".join(one.id for one in reader.read(text).counties)


REFUSED = (
    ("老家江苏无锡的商会,不是你们那个巫溪,招工一百名", ""),
    ("跟你们石柱县不是一回事,我们是舞狮队", ""),
    ("透亮窗台公益计划(首站酉阳)由中国眼健康促进基金会发起", "youyang"),
    ("长沙的合唱团,城口巫溪都山高路陡,老年团员去不了", ""),
    ("巫山红叶节我们不参加了,巫溪那个还可以", "wuxi"),
    ("不回开县投,想去城口弄油坊", "chengkou"),
    ("刚从巫山回来,一路都是李子树,能不能酿酒", "wushan"),
    ("刚从巫山做完回来,想去城口", "chengkou"),
    ("是不是巫溪的?", "wuxi"),
    ("荣昌当地也有名猪,不过我们想去酉阳", "youyang"),
    ("河北曲阳的石匠,不是说石柱县,哪里修老碑都行", ""),
    ("我没说要彭水啊,我说的是奉节", "fengjie"),
    ("刚从阿依河漂完回来,那边客栈冷清得很", "pengshui"),
    ("黔江前年去过,这回不去了", ""),
    ("云阳今年不去不行", "yunyang"),
    ("彭水这次不去吗", "pengshui"),
    ("莫给我排酉洋,路太远咯", ""),
    ("城口酉阳都请绕开,其他随便", ""),
    ("城口绕过山路就到", "chengkou"),
    ("南川的学校够了,石柱的不够", "shizhu"),
    ("说的是巫溪哈,莫听成巫山", "wuxi"),
    ("沙坪坝的娃不缺,巫溪的缺", "wuxi"),
    ("甘肃武山的商会,跟巫山没关系", ""),
    ("是南岸?反正我们想去的是武隆", "wulong"),
    ("江北?南京的江北新区来的,想到巫山换药", "wushan"),
    ("Not in Wuxi Jiangsu - Wuxi in Chongqing please", "wuxi"),
    ("巫溪就免了吧", ""),
    ("云阳我们理事会否了", ""),
    ("城口被否掉了", ""),
    ("武隆旅游都那么火了,不用我们帮,找个冷门的", ""),
    ("丰都、涪陵这些离主城近的就不去了", ""),
    ("随便哪个县,城口除外", ""),
    ("只要不是城口就行", ""),
    ("除了城口,哪都去", ""),
    ("刨开酉阳秀山,渝东南还剩哪几个", ""),
    ("理事长不同意去城口", ""),
    ("pass掉忠县", ""),
    ("忠县可以,垫江免谈", "zhongxian"),
    ("酉阳或者秀山,不要黔江", "youyang xiushan"),
    ("城口这种地方我们小机构吃不消", ""),
    ("石柱就让给别人吧", ""),
    ("开州那头我们没得人脉,搞不成", ""),
    ("我们老总不喜欢万州", ""),
    ("Leave Kaizhou for others", ""),
    ("We would rather help Chengkou than Wuxi", "chengkou"),
    ("please don't suggest Wuxi again", ""),
    ("Could you take Kaizhou off my list", ""),
    ("nowhere near Wanzhou please", ""),
    ("Give me a county that is not Wuxi or Chengkou", ""),
    ("bu yao wuxi, yao chengkou", "chengkou"),
    ("chu le pengshui dou xing", ""),
    ("丰都就别给我了,上次谈崩了", ""),
    ("要是又给我配到江北,我就不玩了", ""),
    ("城口先放下,眼下顾不上", ""),
    ("开州那摊子事我们再也不掺和了", ""),
    ("涪陵?不了不了", ""),
    ("南川已经排到别人家了,给我们另外一个", ""),
    ("Fuling keeps ignoring our emails, so drop it", ""),
    ("Enough of Wanzhou, try Wushan", "wushan"),
    ("just keep us away from Wanzhou", ""),
    ("彭水那边你就别给我们安排了", ""),
    ("石柱这一块请不要再给我们派任务了", ""),
    ("合川别再往我这儿推,三次了", ""),
    ("铜梁、璧山我们哪个都不做", ""),
    ("老是给我推武隆干嘛,有没有别的", ""),
    ("别跟我说万州,去年吃过亏", ""),
    ("九龙坡哪里算乡下嘛,不考虑不考虑", ""),
    ("唔好再同我讲涪陵,去云阳啦", "yunyang"),
    ("万州就不要给我们了,给巫山吧", "wushan"),
    ("唔要綦江,嗰邊已經有伙伴,其他縣都得", ""),
    ("开州唔要喇,换第二个县啦", ""),
    ("石柱嘅项目我哋冇兴趣,想睇下彭水", "pengshui"),
    ("璧山、江津、永川我们都不做,太近了;要去就去巫溪城口", "wuxi chengkou"),
    ("綦江、大足、永川三个都太近,我们都不去了", ""),
    ("渝北、巴南不算山区吧?那不考虑", ""),
    ("就是别再把我们配回渝中了", ""),
    ("We did Fuling last year, never again. Something further east please", ""),
    ("潜江和黔江读音一样,别给我弄串了,我要去的是梁平", "liangping"),
    ("巫山巫溪总有人弄混,我们要去的是巫溪", "wuxi"),
)
CORRECTED = (
    ("不是巫山,是巫溪", "wuxi"),
    ("我没说石柱,我说的秀山", "xiushan"),
    ("巫山换巫溪", "wuxi"),
    ("把城口去掉,加上武隆", "wulong"),
    ("本来定的是酉阳,领导说路不通,改到秀山了", "xiushan"),
    ("刚才说的丰都作废,改奉节", "fengjie"),
    ("云阳那边没批,想问问开州收不收", "kaizhou"),
    ("打错了,是开州不是开县里说的那个会,我要看开州", "kaizhou"),
    ("change Kaizhou to Wanzhou please", "wanzhou"),
    ("Fengjie fell through, what about Wushan", "wushan"),
    ("忠州跟万县,小时候课本上的名字,现在还这么叫吗?想去万县那边", "wanzhou zhongxian"),
    ("酉阳秀山黔江都行,最想去黔江", "qianjiang youyang xiushan"),
)
NOT_REFUSED = (
    ("石柱已经有两个乡问我们要云广播", "shizhu"),
    ("城口的娃不缺书,缺老师", "chengkou"),
    ("巫山跟巫溪有没有关系", "wushan wuxi"),
    ("巫溪?我们从济南来的", "wuxi"),
    ("城口不缺钱缺人,我们派人去", "chengkou"),
    ("巫溪的路不好走,我们来修", "wuxi"),
    ("没去过城口,想先了解一下", "chengkou"),
    ("没想到武隆也缺老师,我们可以派", "wulong"),
    ("我们不是去巫山玩的,是去做义诊", "wushan"),
    ("垫江不要钱不要物,要什么", "dianjiang"),
    ("不晓得巫溪那边行不行", "wuxi"),
    ("为什么不推荐武隆", "wulong"),
    ("要不就巫溪吧", "wuxi"),
    ("彭水要不要人教电商", "pengshui"),
    ("奉节去不去得成,冬天", "fengjie"),
    ("不是不想去城口,是怕路不通", "chengkou"),
    ("不只石柱,彭水我们也想做", "shizhu pengshui"),
    ("除了酉阳还想再加一个彭水", "youyang pengshui"),
    ("非城口不可", "chengkou"),
    ("不要别的,只要石柱", "shizhu"),
    ("酉阳太偏了,老人看病难,我们想送医上门", "youyang"),
    ("Isn't Wulong already rich?", "wulong"),
    ("Why not Shizhu?", "shizhu"),
    ("Not sure about Chengkou, how far is it?", "chengkou"),
    ("巫山不算远吧?我们可以去", "wushan"),
    ("云阳?不要紧,路远我们也去", "yunyang"),
    ("又给我们机会去彭水,谢谢", "pengshui"),
    ("彭水,不了解,能介绍下吗", "pengshui"),
    ("再派一个老师到巫溪", "wuxi"),
    ("Keep stray dogs away from schools in Wuxi", "wuxi"),
    ("Without a road, how do people in Wuxi see a doctor?", "wuxi"),
    ("我们没说不去巫溪", "wuxi"),
    ("跟我们说说城口", "chengkou"),
    ("你们给城口安排老师了吗", "chengkou"),
    ("奉节一个也没去过,想去看看", "fengjie"),
    ("城口别给我弄丢了,就要城口", "chengkou"),
    ("黔江别搞错,不是湖北潜江", "qianjiang"),
    ("黔江我们都不做了吗?", "qianjiang"),
    ("忠县没人要做,我们做", "zhongxian"),
    ("巫溪那个意向撤了吧", "wuxi"),
    ("别给我们推其他的,彭水就行", "pengshui"),
    ("Never again will we forget the kids of Wuxi, we want to go back", "wuxi"),
)
LEFT_BEHIND = (
    ("在酉阳支过教,现在想找个新地方", ""),
    ("彭水跑了五年了,想找个新的地方", ""),
    ("我们在彭水做了两年助学,今年想扩到黔江", "qianjiang"),
    ("上次去巫溪义诊,才晓得城口更缺医生,这回去城口", "chengkou"),
    ("去年是丰都,今年轮到石柱", "shizhu"),
    ("跟武隆的合同到期了,看看南川", "nanchuan"),
    ("本来看好奉节,考察完觉得巫溪更需要", "wuxi"),
    ("酉阳刚做完一期,下一站去哪", ""),
    ("想把江北的模式搬到酉阳", "youyang"),
    ("老家石柱,不过这次想看云阳", "yunyang"),
    ("We did two years in Pengshui; time to move on to Qianjiang", "qianjiang"),
    ("去年跟团到过武隆,看了印象武隆,还到了丰都的鬼城,一直惦记。现在想找个没去过的地方,比如黔江", "qianjiang"),
    ("上个月随队去过丰都,住了两天,又转到石柱看了黄水,这趟想去彭水", "pengshui"),
    ("潼南柠檬园装过我们的设备,效果可以。这回想找山区县", ""),
    ("巴南的敬老院用过我们的护理床,现在想给武隆也送", "wulong"),
    ("云阳、忠县两头都请我去讲过,忠县拔山还想再去一回", "zhongxian"),
    ("江津的朋友介绍我来的,咋个操作", ""),
    ("石柱县医院用的就是我们的CT,还想给秀山送一台", "xiushan"),
    ("忠县三年前请我去给村医上过课。云阳有需要吗", "yunyang"),
    ("以前去过城口、巫溪和巫山,今年想去奉节", "fengjie"),
    ("永川一个茶师傅,想上酉阳教炒茶", "youyang"),
    ("我妹妹在江津教书,她说城口缺老师", "chengkou"),
    ("巴南的木洞山歌传承人能去城口教吗", "chengkou"),
    ("九龙坡那家说他们要去秀山搞村晚和非遗集市,先记上", "xiushan"),
    ("江北那个协会要到石柱搞义诊", "shizhu"),
    # and those that stay
    ("去过一次巫溪,忘不了那些娃,想再去", "wuxi"),
    ("我们在云阳做了两年,想继续做", "yunyang"),
    ("在秀山考察过,觉得不错,想定下来", "xiushan"),
    ("我们去年到过巫溪,看了那里的学校,想帮他们修操场", "wuxi"),
    ("开州大进镇的壮劳力都去哪打工了", "kaizhou"),
    ("我去年看了城口的招募,想报名", "chengkou"),
    ("酉阳的学校装过我们的净水器,坏了,想去修", "youyang"),
    ("秀山的传承人缺徒弟,我们能去学吗", "xiushan"),
    ("奉节请我们去做培训,我们答应了", "fengjie"),
    ("去年和石柱、彭水都签了意向,后来没下文", "shizhu pengshui"),
    ("云阳的书记介绍了很多,我们决定去云阳", "yunyang"),
    ("丰都的鬼城和石柱的黄水都想去看看有没有老人需要", "fengdu shizhu"),
    ("上次对接巫溪的那个项目现在怎么样了", "wuxi"),
    ("We've been working in Wuxi since 2019 and want to continue there", "wuxi"),
)
HOMES = (
    ("我在渝北上班,想去城口教画画", "chengkou", "重庆"),
    ("大家都是巴南的老年协会会员,想往南川走", "nanchuan", "重庆"),
    ("洪崖洞火锅店老板们,给城口的年轻人出路费", "chengkou", "重庆"),
    ("渝北的商会想去城口", "chengkou", "重庆"),
    ("我们公司在渝北空港,想给巫溪的村子捐电脑", "wuxi", "重庆"),
    ("我们是涪陵的,想帮帮丰都", "fengdu", "重庆"),
    ("我们机构注册在沙坪坝,业务范围全市", "", "重庆"),
    ("大渡口区钢花社区的老姐妹,想给乡下老人织毛衣", "", "重庆"),
    ("北碚区静观镇的花木协会,教种蜡梅", "", "重庆"),
    ("从万州出发去巫溪的车每天几班,我们送书", "wuxi", "重庆"),
    ("Our office is in Yuzhong but we want to work in Wuxi", "wuxi", "重庆"),
    ("Nan'an District foundation in Chongqing, scholarships for girls in Xiushan", "xiushan", "重庆"),
    # the county that one comes from may be the one that is wanted, and a county's produce is no home
    ("奉节商会驻广州办事处,老乡想回去投资", "fengjie", "广东/广州"),
    ("我老家巫溪的,现在东莞办厂,想回去招人", "wuxi", "广东/东莞"),
    ("把彭水的红薯粉卖到渝北的超市去", "pengshui yubei", ""),
    ("城口的娃到沙坪坝参加夏令营", "chengkou shapingba", ""),
    ("重慶市巫溪縣,想去那邊做兒童牙科", "wuxi", ""),
)
OTHER_THINGS = (
    ("优秀山村教师奖励计划", ""),
    ("顺丰都能寄到村里不", ""),
    ("岩石柱状节理科普展", ""),
    ("大梁平整一下晒坝", ""),
    ("丰都小区的业主想捐旧衣", ""),
    ("武隆路上的那家火锅店好吃吗", ""),
    ("石柱路灯坏了", "shizhu"),
    ("姓江津的那个人电话多少", ""),
    ("我叫石柱,是个社工", ""),
    ("我们是做长寿食品的协会", ""),
    ("我们在北京,想给长寿捐书", "changshou"),
    ("陕西潼关肉夹馍协会,教手艺", ""),
    ("济南长清区的商会,想修路", ""),
    ("祠堂门口的石柱裂了,想修", ""),
    ("桥头石柱上刻的字看不清了", ""),
    ("石柱断水了,我们想打井", "shizhu"),
    ("石柱门口那条路能不能修", "shizhu"),
    ("石柱刻不容缓要修路", "shizhu"),
    ("跟城口那边见过面了,记一笔", "chengkou"),
    ("我是不是已经报过酉阳了", "youyang"),
    ("巫山有几家签了", "wushan"),
    ("does Pengshui have enough doctors", "pengshui"),
    ("云阳我们去,登记一哈", "yunyang"),
    ("广西武宣黔江边上的甘蔗协会", ""),
    ("百合川贝这些药材我们敞开收", ""),
    ("我叫彭水生,湖南省作物学会的", ""),
    ("认识了南川的一位主任,姓石柱的石", "nanchuan"),
    ("我叫小李,彭水的,帮村里问问", "pengshui"),
    ("我姓武,武隆的武", ""),
    ("我姓梁,梁平,商会跑腿的", ""),
    ("讲讲长寿的秘诀", ""),
    ("我们愿意跟长寿结对", "changshou"),
    ("长寿本地志愿者有多少", "changshou"),
    ("想给云阳山上的孩子放暑假接到广州", "yunyang"),
    ("湖南茶陵云阳山景区", ""),
    ("江津的乡镇社工站谁管来着", "jiangjin"),
)
SPELLINGS = (
    ("想去秀珊给老人送饭", "xiushan"),
    ("到云羊教书", "yunyang"),
    ("给忠线的村小送球鞋", "zhongxian"),
    ("丰督那边娃娃没人陪", "fengdu"),
    ("来渝东南,黔将也行", "qianjiang"),
    ("榨菜老家那块儿还需要人不", "fuling"),
    ("去修山路,去河川边捡垃圾", ""),
    ("chéngkǒu 教育", "chengkou"),
    ("想去 Péngshuǐ 做助学", "pengshui"),
    ("想去wu xi做义诊", "wuxi"),
    ("yu zhong you mei you xuexiao", "yuzhong"),
    ("jiu long po", "jiulongpo"),
    ("綦讧区", "qijiang"),
    ("前江区", "qianjiang"),
    ("Wuxi County", "wuxi"),
    ("酉阳土家族苗族自治县", "youyang"),
    ("巫傒 能去么 离巫山多远", "wuxi wushan"),
    ("开洲大进镇", "kaizhou"),
    ("优先万洲,修提灌站", "wanzhou"),
    ("忠洲能去不", "zhongxian"),
    ("两万棵,白帝镇签收的", "fengjie"),
    ("栗子乡要建卫生室", "fengdu"),
    ("东莞桥头镇的商会", ""),
    ("城!口!县!义!诊!", "chengkou"),
    ("万·州·支·教", "wanzhou"),
    ("城/口/县 ,, 卖 核 桃", "chengkou"),
    ("俺想上万州收批好米", "wanzhou"),
    ("上万县城居民都没水喝", ""),
    ("我们在城里,离开州不远,能去不", "kaizhou"),
    ("离开州里的机关以后想做点事", ""),
    ("贫!穷!落!后!", ""),
    ("忠显的网课室装完,等验收", "zhongxian"),
    ("忠贤叔想去看看", ""),
    ("中县级的干部", ""),
    ("巫漆、城扣,两个选一个", "wuxi chengkou"),
    ("women jiao zhong cha", ""),
    ("'; DROP TABLE interests; -- 彭水 养老", "pengshui"),
    ("1 OR 1=1; DELETE FROM t; -- 秀山 电商", "xiushan"),
)


@pytest.mark.parametrize(
    ("text", "counties"),
    [*REFUSED, *CORRECTED, *NOT_REFUSED, *LEFT_BEHIND, *OTHER_THINGS, *SPELLINGS],
)
def test_the_counties_that_are_wanted(reader: Reader, text: str, counties: str) -> None:
    assert wanted(reader, text) == counties


@pytest.mark.parametrize(("text", "counties", "origin"), HOMES)
def test_ones_own_place_is_no_county_that_is_wanted(reader: Reader, text: str, counties: str, origin: str) -> None:
    assert wanted(reader, text) == counties
    assert str(reader.read(text).origin or "") == origin


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("帮当地培育几个志愿服务队,我们出督导", ""),
        ("县里的志愿者协会能不能帮忙翻译方言", ""),
        ("大足石刻研究院的朋友推荐我们的,我们做岩彩修复", ""),
        ("我们的钱只能用在三块:教师、村医、敬老院", ""),
        ("请问商会能参加哪个品牌", "association"),
        ("社工站和社会服务机构有什么区别", ""),
        ("怎么注册一个基金会", ""),
        ("你们重庆本地的基金会多不多", ""),
        ("银川阅海社区的老年合唱团,想去慰问演出", "community"),
        ("长春市净月区义工站,冬天送棉衣", "volunteer"),
        ("I run a small nonprofit day-care centre in Changsha", "service"),
        ("我们不是医院,是给医院培训护士的协会", "association"),
        ("中国狮子联会河南代表处,给孩子配助听器", "national"),
    ],
)
def test_the_kind_is_the_writers_own(reader: Reader, text: str, kind: str) -> None:
    found = reader.read(text).kind
    assert (found.id if found else "") == kind


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("我们在甘肃定西干了五年,机构是西安的", "陕西/西安"),
        ("我们机构是社会服务机构,在东营登记", "山东/东营"),
        ("我是石柱人,在济南当老师,想给家乡学校捐书", "山东/济南"),
        ("浙江省永康五金商会,教修农具", "浙江/金华"),
        ("本单位为民办非企业单位(法人),住所地合肥市蜀山区", "安徽/合肥"),
        ("从西藏支教回来的几个杭州老师", "浙江/杭州"),
        ("Not Wuxi in Jiangsu, I mean Wuxi in Chongqing. Roads?", ""),
        ("Taiwan's Tzu Chi, disaster relief", "台湾"),
    ],
)
def test_the_origin_is_the_writers_own(reader: Reader, text: str, origin: str) -> None:
    assert str(reader.read(text).origin or "") == origin


@pytest.mark.parametrize(
    ("rule", "text", "fits"),
    [
        ("NOT GO <⌂>", "我们不去⌂", True),
        ("NOT GO <⌂>", "去不去⌂", False),
        ("-SO NOT GO <⌂>", "就不去⌂", False),
        ("<⌂> ~3 NOT", "⌂那边不", True),
        ("<⌂> ~3 NOT", "⌂,不", False),
        ("<⌂> ~~3 NOT", "⌂,不", True),
        ("<⌂> ~9 NOT", "⌂和⌂不", True),
        ("<⌂> !ASKS", "⌂行吗", False),
        ("| 除 <⌂>", "扣除⌂", False),
        ("| 除 <⌂>", "好,除⌂", True),
        ("(从/由) <⌂> $", "从⌂。", True),
        ("(from) <⌂>", "afrom ⌂", False),
        ("# 年 <⌂>", "三年⌂", True),
        ("前 ~~~~9 <⌂>", "前⌂,⌂", True),
        ("前 ~~~~9 过 <⌂>", "前⌂,想过⌂", False),
    ],
)
def test_the_notation_of_the_rules(rule: str, text: str, fits: bool) -> None:
    words = {"NOT": ["不"], "GO": ["去"], "SO": ["就"], "ASKS": ["吗"], "TURN": ["想"]}
    assert bool(compiled(rule, words).search(text)) is fits


def test_our_signs_in_a_text_are_no_counties(reader: Reader) -> None:
    assert wanted(reader, "⌂◎◆\ue000 不去⌂\ue000,去城口 ⌂◆◎") == "chengkou"


def test_a_rule_reads_pinyin_as_well() -> None:
    assert compiled("(不要) <⌂>", {}, spoken=True).search("bu yao ⌂")
    assert compiled("(不要) <⌂>", {}, spoken=True).search("buyao ⌂")
    assert not compiled("(不要) <⌂>", {}, spoken=True).search("bu yaoo ⌂")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("NOT ⌂", "<⌂> or <◎> is missing"),
        ("NOTE <⌂>", "no list of words is called NOTE"),
        ("~x <⌂>", "is no gap"),
        ("(a/b <⌂>", "is not closed"),
    ],
)
def test_a_faulty_rule_is_told(rule: str, says: str) -> None:
    assert says in (fault(rule, {"NOT": ["不"]}) or "")
    assert fault("NOT ~3 (a/b)? <⌂>", {"NOT": ["不"]}) is None


@pytest.mark.parametrize(
    "text",
    [
        "无锡的,不是巫溪的啊;做茶叶机械",
        "我们不是巫溪人",
        "甘肃武山的商会,跟巫山没关系",
        "江北新区的,南京,不是重庆江北,教村里组织义工",
    ],
)
def test_a_county_told_from_another_place_is_not_turned_away(reader: Reader, text: str) -> None:
    understood = reader.read(text)
    assert (understood.counties, understood.refused_counties) == ((), ())
