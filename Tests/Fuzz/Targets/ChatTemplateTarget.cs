using System.Text;
using System.Text.Json;
using Steering.Templates;

namespace Steering.Fuzz.Targets;

/// <summary>Reads a chat template and applies it to a conversation, within tight limits.</summary>
internal sealed class ChatTemplateTarget : IFuzzTarget
{
    private static readonly TemplateLimits Limits = new() { Steps = 20_000, TextLength = 1 << 16, Allocation = 1 << 20 };

    private readonly JsonElement _messages = JsonDocument.Parse("""
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Grüße 🙂 "}, {"role": "assistant", "content": "<think>a</think>b", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {"x": 250.0, "y": [1, null, true]}}}]}, {"role": "user", "content": [{"type": "text", "text": "c"}]}]
        """).RootElement;

    private readonly ChatTemplateOptions _options = new() { Tools = JsonDocument.Parse("""[{"type": "function", "function": {"name": "f", "parameters": {"properties": {"x": {"type": "number"}}}}}]""").RootElement, TimeProvider = new Noon() };

    public string Name => "chat-template";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']|string + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
            "{%- set ns = namespace(found=false, n=0) -%}\n{%- for m in messages[::-1] if m.role != 'system' -%}\n  {%- if loop.first and not ns.found -%}{% set ns.found = true %}{%- elif loop.index0 is divisibleby 2 -%}{% continue %}{%- else -%}{% break %}{%- endif -%}{% set ns.n = ns.n + loop.length * 2 ** 3 // 5 %}{{ loop.previtem is defined }}{%- endfor -%}\n{{ ns.n }}{{ ns }}",
            "{% macro call(f, depth=0) %}{{ f.name }}({% for k, v in f.arguments|dictsort %}{{ k }}={{ v|tojson(indent=2) }}{% if depth < 3 %}{{ call(f, depth + 1) }}{% endif %}{% endfor %}){% endmacro %}{{ call(messages[2].tool_calls[0].function) }}{% macro each(l) %}{% for x in l %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(x) each([1, 2]) %}{{ x }}{% endcall %}",
            "{%- if tools is defined and tools is not none %}{{ tools|map(attribute='function.name')|join(', ')|upper }}{{ tools|tojson }}{% endif %}{{ messages|selectattr('role', 'in', ['user'])|rejectattr('x', 'defined')|list|length }}{% set text %} a {{ messages[1].content.strip()[1:3] }}{% endset %}{{ text|trim|replace('a', 'b')|indent(2, true) }}{{ '%05.2f|%s' % (2.5, 'x') }}{{ '{0!r:>8}|{a[0]}'.format('y', a='bc') }}",
            "{% generation %}{{ messages[2].content.split('</think>')[-1].lstrip('\n') }}{% endgeneration %}{# note #}{% raw %}{{ x }}{% endraw %}{{ strftime_now('%d %b %Y') }}{% filter lower %}ABC{{ 1.5e3 ~ none ~ [1, 'a', {'k': (1,)}] }}{% endfilter %}{% with a = 1, b = 2 %}{{ a if a > b else -b }}{% endwith %}{% block c %}{{ self.c is defined }}{% endblock %}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "for", "endfor", "if", "elif", "else", "endif", "set", "endset", "macro", "endmacro", "call", "endcall", "filter", "endfilter", "with", "endwith", "raw", "endraw", "generation", "endgeneration", "block", "endblock", "break", "continue", "recursive", "in", "is", "not", "and", "or",
            "messages", "message", "tools", "loop", "loop(messages)", "ns", "namespace", "range(9999)", "range", "self", "caller", "varargs", "kwargs", "none", "true", "x", "ns.n ~ ns.n", "ns.n * ns.n", "'x' * 999999", "9 ** 9999", "[ns]", "99999999999999999999", "1e308", "-1",
            "list", "string", "tojson", "sort", "join", "map", "batch(2)", "unique", "groupby('role')", "trim", "center(99999)", "int", "float", "round", "first", "reverse", "items", "sum", "truncate(3)", "{{", "}}", "{%", "%}", "{%-", "-%}", "{#", "#}", "|", "~", "**", "[::-1]", "('", "%999s",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var text = ChatTemplate.Parse(Encoding.UTF8.GetString(input), limits: Limits).Apply(_messages, _options);
        if (text.Length > Limits.TextLength)
        {
            throw new InvalidOperationException($"The prompt has {text.Length} characters.");
        }
    }

    public bool IsDocumented(Exception exception) => exception is TemplateException { Line: > 0, Column: > 0, Reason.Length: > 0 };

    public void Dispose()
    {
    }

    private sealed class Noon : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    }
}
