namespace Steering.Export.Hub;

/// <summary>A pattern over whole paths: <c>*</c> is any letters, '/' too, <c>?</c> is one; a '/' at its end takes all below.</summary>
internal sealed class FilePattern(string text)
{
    private readonly string _pattern = text.EndsWith('/') ? text + "*" : text;

    /// <summary>As it was given.</summary>
    public string Text => text;

    /// <summary>Whether a path matches; case counts.</summary>
    public bool Matches(string path)
    {
        // Greedy with one point of return: at most length × length steps, whatever the pattern.
        int at = 0, letter = 0, star = -1, resume = 0;
        while (at < path.Length)
        {
            if (letter < _pattern.Length && _pattern[letter] == '*')
            {
                star = letter++;
                resume = at;
            }
            else if (letter < _pattern.Length && (_pattern[letter] == '?' || _pattern[letter] == path[at]))
            {
                letter++;
                at++;
            }
            else if (star >= 0)
            {
                letter = star + 1;
                at = ++resume;
            }
            else
            {
                return false;
            }
        }

        return _pattern.AsSpan(letter).Trim('*').IsEmpty;
    }
}
