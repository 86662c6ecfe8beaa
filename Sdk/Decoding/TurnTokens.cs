using Steering.Models;

namespace Steering.Decoding;

/// <summary>The tokens of one turn with their text, each shown to the request's monitor, if it has one, before it is handed on.</summary>
/// <param name="model">The model whose tokens they are.</param>
/// <param name="request">The turn.</param>
internal sealed class TurnTokens(SteerableModel model, DecodeRequest request)
{
    private readonly List<int> _kept = [];
    private TokenText _text = new(model, request.StopSequences);

    /// <summary>The tokens that were not taken back. Kept for a monitor only.</summary>
    public IReadOnlyList<int> Kept => _kept;

    /// <summary>How many tokens the latest <see cref="Append"/> took back, the appended one among them.</summary>
    public int TakenBack { get; private set; }

    /// <summary>Takes the next token.</summary>
    /// <param name="id">The token.</param>
    /// <param name="finish">Whether the turn ends with it; a stop sequence may end it too.</param>
    /// <param name="activations">What led to it.</param>
    /// <returns>The token to hand on, or null when the monitor took it and perhaps others back.</returns>
    public DecodedToken? Append(int id, FinishReason finish, IReadOnlyList<SiteActivations> activations)
    {
        (var piece, finish) = _text.Append(id, finish);
        var token = new DecodedToken(id, piece, finish, activations);
        TakenBack = 0;
        if (request.Monitor is null)
        {
            return token;
        }

        _kept.Add(id);
        TakenBack = request.Monitor.Observe(token);
        if (TakenBack == 0)
        {
            return token;
        }

        _kept.RemoveRange(_kept.Count - TakenBack, TakenBack);
        _text = new TokenText(model, request.StopSequences, _kept);
        return null;
    }
}
