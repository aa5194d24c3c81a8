from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0013_signed_papers"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("tender", "招标公告"),
                    ("clarification", "澄清"),
                    ("amendment", "变更公告"),
                    ("opening", "开标记录"),
                    ("candidates", "中标候选人公示"),
                    ("award", "中标结果公告"),
                    ("failure", "招标失败公告"),
                    ("termination", "终止公告"),
                    ("objection", "异议答复"),
                    ("contract", "合同公告"),
                    ("postponement", "延期公告"),
                    ("outage", "系统故障顺延公告"),
                    ("correction", "更正公告"),
                    ("agency", "招标代理委托公告"),
                    ("cancellation", "取消中标资格公告"),
                    ("set_aside", "中标无效公告"),
                    ("redo", "重新评标公告"),
                    ("forgone", "不再招标公告"),
                    ("contract_change", "合同变更公告"),
                    ("acceptance", "验收公告"),
                ],
                max_length=20,
            ),
        ),
    ]
