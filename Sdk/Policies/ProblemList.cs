namespace Steering.Policies;

/// <summary>Collects what is wrong with a policy, one sentence a problem, so that a user mends all of it at once.</summary>
internal sealed class ProblemList
{
    private const int Shown = 10;

    private readonly List<string> _sentences = [];

    public bool Any => _sentences.Count > 0;

    /// <summary>Notes a problem.</summary>
    /// <param name="path">Where it is, as in <c>interventions[2].value</c>; empty for the whole document.</param>
    /// <param name="sentence">What was given, what was expected, what to do; ends with a full stop.</param>
    public void Add(string path, string sentence) => _sentences.Add(path.Length == 0 ? sentence : $"{path}: {sentence}");

    /// <summary>Throws all of it, in one line.</summary>
    /// <param name="subject">What is not valid, as in <c>The policy 'calm'</c>.</param>
    public void ThrowIfAny(string subject)
    {
        if (_sentences.Count == 0)
        {
            return;
        }

        var more = _sentences.Count > Shown ? $" And {_sentences.Count - Shown} more problems." : "";
        throw new SteeringException($"{subject} is not valid. {string.Join(' ', _sentences.Take(Shown))}{more}");
    }
}
