namespace Steering.Analysis.Concepts;

/// <summary>Where the characters of a text begin. Files count characters as Unicode does (and Python); .NET counts UTF-16 units.</summary>
internal static class CharacterIndices
{
    /// <summary>[characters + 1] UTF-16 index of every character, and the length of the text.</summary>
    public static int[] Of(string text)
    {
        var indices = new List<int>(text.Length + 1);
        for (var at = 0; at < text.Length; at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1)
        {
            indices.Add(at);
        }

        return [.. indices, text.Length];
    }
}
