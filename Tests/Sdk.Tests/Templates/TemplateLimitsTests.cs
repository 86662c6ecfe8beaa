using FsCheck;
using FsCheck.Fluent;
using Steering.Templates;

namespace Steering.Tests.Sdk.Templates;

/// <summary>Whatever a template says, reading and applying it ends within its limits.</summary>
[TestClass]
public sealed class TemplateLimitsTests
{
    private static readonly TemplateLimits Small = new() { Steps = 100_000, TextLength = 1 << 16, Allocation = 1 << 20 };

    [TestMethod]
    [DataRow("{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}", DisplayName = "loops")]
    [DataRow("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", DisplayName = "silent loops")]
    [DataRow("{% for i in range(2000000000) %}x{% endfor %}", DisplayName = "a range")]
    [DataRow("{{ range(100001)|list }}", DisplayName = "a range as a list")]
    [DataRow("{{ range(100000)|list * 100000 }}", DisplayName = "a list, repeated")]
    [DataRow("{{ 'x' * 10**9 }}", DisplayName = "a text, repeated")]
    [DataRow("{{ ('x' * 60000) ~ ('y' * 60000) }}", DisplayName = "texts, joined")]
    [DataRow("{{ '%1000000000d' % 1 }}", DisplayName = "a width")]
    [DataRow("{{ '%*d' % (1000000000, 1) }}", DisplayName = "a width as argument")]
    [DataRow("{{ '{:>1000000000}'.format(1) }}", DisplayName = "a width in braces")]
    [DataRow("{{ '{:{}}'.format(1, 1000000000) }}", DisplayName = "a width from an argument")]
    [DataRow("{{ 'x'.center(1000000000) }}", DisplayName = "center")]
    [DataRow("{{ 'x'|center(1000000000) }}", DisplayName = "the filter center")]
    [DataRow("{{ 'x'.zfill(1000000000) }}", DisplayName = "zfill")]
    [DataRow("{{ 'x\ny'|indent(1000000000) }}", DisplayName = "indent")]
    [DataRow("{{ [[1]]|tojson(indent=1000000000) }}", DisplayName = "indented JSON")]
    [DataRow("{{ '\t'.expandtabs(1000000000) }}", DisplayName = "tabs")]
    [DataRow("{{ ('a' * 60000)|replace('a', 'b' * 60000) }}", DisplayName = "replace")]
    [DataRow("{{ ('a' * 60000)|replace('', 'bbbb') }}", DisplayName = "replace nothing")]
    [DataRow("{{ ['a' * 60000, 'b']|join('c' * 60000) }}", DisplayName = "join")]
    [DataRow("{{ ('a' * 30000).join(['b'] * 1000) }}", DisplayName = "join of many")]
    [DataRow("{{ ('<' * 60000)|e }}", DisplayName = "escape")]
    [DataRow("{{ ('ä' * 60000)|urlencode }}", DisplayName = "urlencode")]
    [DataRow("{{ ['\\x00' * 60000] }}", DisplayName = "repr")]
    [DataRow("{{ ('\\x00' * 60000)|tojson }}", DisplayName = "JSON")]
    [DataRow("{{ ('x' * 60000)|list }}", DisplayName = "characters")]
    [DataRow("{{ [1]|batch(1000000000, 0)|list }}", DisplayName = "batch")]
    [DataRow("{{ [1]|slice(1000000000)|list }}", DisplayName = "slice")]
    [DataRow("{{ 10 ** 1000000000 }}", DisplayName = "a power")]
    [DataRow("{% set ns = namespace(n=3) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}", DisplayName = "squares")]
    [DataRow("{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", DisplayName = "doubled texts")]
    [DataRow("{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", DisplayName = "doubled lists")]
    [DataRow("{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}", DisplayName = "nested lists")]
    [DataRow("{% set ns = namespace(l=[], m=[]) %}{% for i in range(1000) %}{% set ns.l = [ns.l] %}{% set ns.m = [ns.m] %}{% endfor %}{{ ns.l == ns.m }}", DisplayName = "nested lists, compared")]
    [DataRow("{% set ns = namespace(l=[], m=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}", DisplayName = "lists that share, compared")]
    [DataRow("{% set ns = namespace(l=()) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}", DisplayName = "tuples that share, as a key")]
    [DataRow("{% set ns = namespace(l=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}", DisplayName = "lists that share, as JSON")]
    [DataRow("{% set ns = namespace() %}{% set ns.ns = ns %}{{ ns }}", DisplayName = "a namespace in itself")]
    [DataRow("{% macro f(n) %}{{ f(n+1) }}{% endmacro %}{{ f(1) }}", DisplayName = "a macro that calls itself")]
    [DataRow("{% macro f() %}{{ caller }}{% call f() %}{% endcall %}{% endmacro %}{{ f() }}", DisplayName = "a macro that calls itself with a block")]
    [DataRow("{% macro f(a=f()) %}{% endmacro %}{{ f() }}", DisplayName = "a default that calls its macro")]
    [DataRow("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", DisplayName = "a macro that calls itself twice")]
    [DataRow("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", DisplayName = "a loop that calls itself")]
    [DataRow("{% block a %}{{ self.a() }}{% endblock %}", DisplayName = "a block that calls itself")]
    [DataRow("{% set ns = namespace(g=[1]) %}{% for i in range(20000) %}{% set ns.g = ns.g|map('string') %}{% endfor %}{{ ns.g|list }}", DisplayName = "generators in generators")]
    [DataRow("{% for i in range(1000) %}{{ (('a' * 30000) ~ 'b') in ('a' * 60000) }}{% endfor %}", DisplayName = "searches that nearly match")]
    [DataRow("{% for i in range(100000) %}{{ ('x' * 60000)|trim|length }}{% endfor %}", DisplayName = "long texts again and again")]
    [DataRow("{{ range(100000)|sort|list }}{{ range(100000)|map('string')|sort }}", DisplayName = "sorting")]
    [DataRow("{{ {}.fromkeys(range(100000)) }}", DisplayName = "a large dictionary")]
    public void Apply_BeyondALimit_IsRefused(string template)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.ThrowsExactly<TemplateException>(() => Language.Render(template, limits: Small));

        Assert.AreEqual(TemplateFault.Limit, refusal.Fault, refusal.Message);
        Assert.IsGreaterThan(0, refusal.Line);
        Assert.IsLessThan(64L << 20, GC.GetAllocatedBytesForCurrentThread() - before, "bytes made on the way");
    }

    [TestMethod]
    [DataRow("(", ")", 20_000)]
    [DataRow("[", "]", 20_000)]
    [DataRow("{1:", "}", 20_000)]
    [DataRow("a[", "]", 20_000)]
    [DataRow("f(", ")", 20_000)]
    [DataRow("not ", "", 20_000)]
    [DataRow("-", "", 20_000)]
    [DataRow("1 if x else ", "", 20_000)]
    public void Parse_OfDeepExpressions_IsRefused(string open, string close, int depth)
    {
        var text = $"{{{{ {string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))} }}}}";

        var refusal = Assert.ThrowsExactly<TemplateException>(() => ChatTemplate.Parse(text));

        Assert.AreEqual(TemplateFault.Limit, refusal.Fault, refusal.Message);
        Assert.Contains("nested", refusal.Message);
    }

    [TestMethod]
    public void Parse_OfDeepBlocks_IsRefused()
    {
        var refusal = Assert.ThrowsExactly<TemplateException>(() => ChatTemplate.Parse(string.Concat(Enumerable.Repeat("{% if x %}", 10_000))));

        Assert.AreEqual(TemplateFault.Limit, refusal.Fault, refusal.Message);
    }

    [TestMethod]
    [DataRow("+")]
    [DataRow("and")]
    [DataRow("|string|")]
    [DataRow(".x.")]
    public void Apply_OfALongChain_EndsWithinTheStack(string link)
    {
        var text = $"{{{{ 1{(link.Length > 3 ? string.Concat(Enumerable.Repeat(link[..^1], 100_000)) : string.Concat(Enumerable.Repeat($" {link} 1", 100_000)))} }}}}";
        try
        {
            Assert.IsNotEmpty(Language.Render(text, limits: new TemplateLimits { SourceLength = 2 << 20 }));
        }
        catch (TemplateException refusal)
        {
            Assert.AreNotEqual(TemplateFault.Syntax, refusal.Fault, refusal.Message);
        }
    }

    [TestMethod]
    public void Parse_OfALongTemplate_IsRefused()
    {
        var refusal = Assert.ThrowsExactly<TemplateException>(() => ChatTemplate.Parse(new string('x', 101), limits: new TemplateLimits { SourceLength = 100 }));

        Assert.AreEqual(TemplateFault.Limit, refusal.Fault);
        Assert.Contains("101 characters", refusal.Message);
    }

    [TestMethod]
    public void Limits_OutOfRange_AreRefused() =>
        Refusal.Of(() => ChatTemplate.Parse("x", limits: new TemplateLimits { Nesting = 257 }), "Nesting is 257", "from 1 to 256");

    [TestMethod]
    public void Apply_WhenCancelled_Ends()
    {
        using var source = new CancellationTokenSource();
        var cancelling = new Dictionary<string, object?>(StringComparer.Ordinal) { ["values"] = Cancelling() };

        Assert.ThrowsExactly<OperationCanceledException>(() => Language.Render("{% for i in range(100000) %}{{ i }}{% endfor %}", cancelling, cancellationToken: source.Token));

        // Cancelled while the variables are read, behind the check at the start.
        IEnumerable<object?> Cancelling()
        {
            source.Cancel();
            yield return 1;
        }
    }

    [TestMethod]
    public void Apply_OfOneTemplateByManyThreads_GivesTheSame()
    {
        var template = ChatTemplate.Parse("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{{ m.role }}:{{ m.content|upper }};{% endfor %}");
        var wrong = 0;

        Parallel.For(0, 2000, index =>
        {
            if (template.Apply([("user", $"text {index}"), ("assistant", "b")]) != $"1user:TEXT {index};2assistant:B;")
            {
                Interlocked.Increment(ref wrong);
            }
        });

        Assert.AreEqual(0, wrong);
    }

    /// <summary>Random programs of the language: each ends, with a text that is short enough or a refusal.</summary>
    [TestMethod]
    public void RandomPrograms_EndWithinTheirLimits() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Arb.From(Statements(4)), template =>
        {
            try
            {
                return Language.Render(template, limits: Small).Length <= Small.TextLength;
            }
            catch (TemplateException refusal)
            {
                return refusal.Message.Length > 0;
            }
        }));

    private static Gen<string> Statements(int depth)
    {
        var value = Gen.Elements("x", "n", "messages", "ns.v", "ns", "1", "'ab'", "[1, 'a']", "{'a': n}", "range(1000)", "none", "loop", "f", "f(x)", "x ~ ns.v", "ns.v * 2", "ns.v + ns.v", "n ** n", "n * n", "[ns.v]", "(ns.v, ns.v)", "x is mapping",
            "x|list", "x|string", "x|tojson", "x|map('string')|list", "x|sort", "'%99d' % 1", "x[::-1]", "messages[0].content", "x.y", "x == ns.v", "x in ns.v", "x|join(ns.v)", "ns.v|replace('a', 'bb')", "x|batch(3)|list");
        var print = value.Select(text => $"{{{{ {text} }}}}");
        if (depth == 0)
        {
            return print;
        }

        var inner = Statements(depth - 1);
        return Gen.OneOf(
            print,
            value.Select(text => $"{{% set ns.v = {text} %}}"),
            value.Select(text => $"{{% set n = {text} %}}"),
            Gen.Zip(value, inner).Select(pair => $"{{% for x in {pair.Item1} %}}{pair.Item2}{{% endfor %}}"),
            Gen.Zip(value, inner).Select(pair => $"{{% for x in {pair.Item1} recursive %}}{pair.Item2}{{{{ loop(x) }}}}{{% endfor %}}"),
            Gen.Zip(value, inner).Select(pair => $"{{% if {pair.Item1} %}}{pair.Item2}{{% else %}}y{{% endif %}}"),
            inner.Select(body => $"{{% macro f(x) %}}{body}{{{{ f(x) }}}}{{% endmacro %}}{{{{ f(1) }}}}"),
            inner.Select(body => $"{{% set x %}}{body}{{% endset %}}"),
            inner.Select(body => $"{{% filter upper %}}{body}{{% endfilter %}}"),
            Gen.Zip(inner, inner).Select(pair => $"{{% set ns = namespace(v=3) %}}{{% set n = 7 %}}{pair.Item1}{pair.Item2}"));
    }
}
