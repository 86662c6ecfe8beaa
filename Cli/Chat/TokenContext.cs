using Steering.Cli.Output;
using Steering.Models;

namespace Steering.Cli.Chat;

/// <summary>A token in brackets, with a few before it.</summary>
internal static class TokenContext
{
    private const int Before = 4;

    /// <summary>The token at a position.</summary>
    public static string Of(ModelTokenizer tokenizer, int[] ids, int position)
    {
        var start = Math.Max(0, position - Before);
        var before = tokenizer.Decode(ids.AsSpan(start, position - start));
        return TokenTexts.Visible($"{before}[{tokenizer.Decode(ids.AsSpan(position, 1))}]").Replace('·', ' ');
    }
}
