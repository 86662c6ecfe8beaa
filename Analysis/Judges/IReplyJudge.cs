namespace Steering.Analysis.Judges;

/// <summary>
/// Reads one property off a reply: rude or not, how toxic, well-formed or not. An experiment counts its verdicts, so it must
/// be the same for every condition. Safe to be asked by several threads at once; where it holds a process or a model it is
/// <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> too, and whoever made it disposes of it.
/// </summary>
public interface IReplyJudge
{
    /// <summary>Name by which the experiment and its results call it.</summary>
    string Name { get; }

    /// <summary>What a hit is, in words, as in <c>replies with a rude word</c>.</summary>
    string Counts { get; }

    /// <summary>The score from which on a reply is a hit.</summary>
    double Threshold => 0.5;

    /// <summary>Judges one reply.</summary>
    /// <param name="reply">The reply and what it answers.</param>
    /// <param name="cancellationToken">Stops a judge that waits for something.</param>
    /// <returns>The score, or why there is none: a judge that fails on one reply must not end an experiment.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="SteeringException">The judge cannot judge anything at all, as when its program does not exist.</exception>
    ValueTask<Judgement> JudgeAsync(JudgedReply reply, CancellationToken cancellationToken = default);
}

/// <summary>A reply as a judge sees it.</summary>
/// <param name="Prompt">What is answered: the user's last message, or the text that was continued.</param>
/// <param name="Text">The reply, without its end marker.</param>
/// <param name="Ended">Whether the model ended it; false where it was cut off at the largest length.</param>
public sealed record JudgedReply(string Prompt, string Text, bool Ended = true);
