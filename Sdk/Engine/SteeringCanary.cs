using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Sockets;

namespace Steering;

/// <summary>
/// The start-up canary. Steering that silently does nothing is the commonest failure of its kind, so before serving a
/// large known edit is made at every site, and the logits must change.
/// </summary>
internal static class SteeringCanary
{
    // Many times any residual's norm, so that even a site before a norm that rescales everything must show it.
    private const float EditSize = 1e4f;

    /// <exception cref="SteeringException">A site does not answer, or the model has none.</exception>
    public static void Run(SteerableModel model, CancellationToken cancellationToken)
    {
        if (model.Sites.Count == 0)
        {
            throw new SteeringException($"{model.Folder} has no sockets, so it cannot be steered. Make a socketed folder with 'steer socket'.");
        }

        using var pass = Open(model);
        var neutral = Logits(model, pass, CompiledPolicy.Empty, cancellationToken);
        foreach (var site in model.Sites)
        {
            var steered = Logits(model, pass, Edit(site), cancellationToken);
            if (steered.AsSpan().SequenceEqual(neutral))
            {
                throw new SteeringException($"The canary failed: an edit of size {EditSize} at {site.Name} of {model.Folder} left every logit as it was, so policies there would silently do nothing. Socket the model again with 'steer socket' from the original folder.");
            }
        }
    }

    /// <summary>The graph that serves: where batches are decoded on it and GenAI's model was not needed so far, that is not loaded for this.</summary>
    private static ForwardPass? Open(SteerableModel model) =>
        !model.HasGenAi && GraphSession.ThreadsOfOpen(model.GraphPath, model.Options.Device) is { } threads
            ? ForwardPass.Load(model.Folder, model.Options with { Threads = threads, VerifyWeights = false })
            : null;

    private static float[] Logits(SteerableModel model, ForwardPass? pass, CompiledPolicy policy, CancellationToken cancellationToken)
    {
        if (pass is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return pass.Run([0], policy).Logits;
        }

        using var generation = model.Start(new DecodeRequest { PromptIds = [0], MaxTokens = 1, Policy = policy });
        generation.Prefill(cancellationToken);
        return generation.ReadLogits();
    }

    private static CompiledPolicy Edit(SocketSite site)
    {
        var write = new float[site.HiddenSize];
        // Alternating signs, because a constant direction is what a mean-subtracting norm removes.
        for (var index = 0; index < write.Length; index++)
        {
            write[index] = index % 2 == 0 ? 1 : -1;
        }

        var dials = new float[SocketLayout.DialCount];
        foreach (var dial in Enum.GetValues<Dial>())
        {
            dials[(int)dial] = NeutralDials.Value(dial);
        }

        dials[(int)Dial.Offset] = EditSize;
        return new CompiledPolicy
        {
            Sites =
            [
                new SiteProgram
                {
                    Site = site.Name,
                    HiddenSize = site.HiddenSize,
                    Rows = [new ProgramRow("canary", -1, 0)],
                    Read = new float[site.HiddenSize],
                    Write = write,
                    Dials = dials,
                    GateRow = [0],
                },
            ],
            Interventions = [new CompiledIntervention { Name = "canary", Span = Policies.InterventionSpan.Both, Rows = [new RowAddress(0, 0)] }],
        };
    }
}

/// <summary>What a run of the canary found.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Failure">Why steering does not reach the model, or null where it does.</param>
public sealed record CanaryResult(DateTimeOffset At, string? Failure);
