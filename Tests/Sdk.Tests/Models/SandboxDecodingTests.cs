using Microsoft.Extensions.AI;
using Steering.Chat;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Sandbox.Bundle;

namespace Steering.Tests.Sdk.Models;

/// <summary>Decoding, chat, forward passes and steering on the bundled model: trained weights, a trained autoencoder, nothing from outside the repository.</summary>
[TestClass]
public sealed class SandboxDecodingTests
{
    private const string Question = "What should I cook on Sunday?";
    private const int MaxTokens = 24;

    /// <summary>Steering is in multiples of a feature's maximum, which the bundle's catalogue gives.</summary>
    private const float Strength = 1.5f;

    private static readonly Lazy<SteeringEngine> Shared = new(() => SandboxModel.Bundle.LoadEngine());
    private static readonly Lazy<SparseAutoencoder> Late = new(() => SaeFolder.Load(SandboxModel.LateSae()));

    private static SteeringEngine Engine => Shared.Value;

    private static int[] Prompt => Engine.Model.Tokenizer.Encode(Engine.Model.Tokenizer.ApplyChatTemplate([("user", Question)]));

    /// <summary>Token by token against the argmax of a whole pass on plain ONNX Runtime, whose logits may differ by 1e-3.</summary>
    [TestMethod]
    public void Decode_TakesTheLikeliestTokenOfAForwardPass()
    {
        var ids = Decode(null);
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var logits = pass.Run([.. Prompt, .. ids]);
        for (var index = 0; index < ids.Length; index++)
        {
            var row = logits.Logits.AsSpan((Prompt.Length + index - 1) * logits.VocabularySize, logits.VocabularySize);
            Assert.IsGreaterThanOrEqualTo(System.Numerics.Tensors.TensorPrimitives.Max(row) - 1e-3f, row[ids[index]], $"token {index}");
        }
    }

    /// <summary>Texts of several lengths in shared passes against each in a pass of its own: 1e-4 nats a token, plain and steered.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void LogProbabilities_OfTextsInOnePass_AreThoseOfEachAlone(bool steered)
    {
        var policy = steered ? Engine.Compile("friendly") : CompiledPolicy.Empty;
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        int[] ids = [.. Prompt, .. Decode(null)];
        (int[] Ids, int From)[] texts = [.. Enumerable.Range(2, ids.Length - 2).Select(length => (ids[..length], 1 + (length % 3 == 0 ? length / 2 : 0))), (ids, ids.Length)];
        Assert.IsLessThan(texts.Length / 2, pass.Batches(texts).Count, "several share a pass");
        Assert.AreSequenceEqual(Enumerable.Range(0, texts.Length), pass.Batches(texts).SelectMany(batch => batch).Order());

        var together = pass.LogProbabilities(texts, policy);
        for (var text = 0; text < texts.Length; text++)
        {
            var alone = pass.Run(texts[text].Ids, policy);
            Assert.HasCount(texts[text].Ids.Length - texts[text].From, together[text]);
            for (var token = texts[text].From; token < texts[text].Ids.Length; token++)
            {
                Assert.AreEqual(-alone.LossAt(token - 1, texts[text].Ids[token]), together[text][token - texts[text].From], 1e-4, $"text {text}, token {token}");
            }
        }

        Refusal.Of(() => pass.LogProbabilities([([1, 2], 1), ([3, 1 << 20], 1)]), "1048576");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pass.LogProbabilities([([1, 2], 0)]));
    }

    [TestMethod]
    public async Task ChatClient_StreamsTheDecodedReply()
    {
        using var client = new SteeredChatClient(Engine, new SteeredChatClientOptions { MaxOutputTokens = MaxTokens });
        var text = string.Empty;
        await foreach (var update in client.GetStreamingResponseAsync(Question))
        {
            text += update.Text;
        }

        var ids = Decode(null);
        Assert.AreEqual(Engine.Model.Tokenizer.Decode([.. ids.Where(id => !Engine.Model.IsEndToken(id))]), text);
        Assert.IsNotEmpty(text);
    }

    /// <summary>The formula of the socket on a trained TopK autoencoder: the residual after the edit is x + (clamped − v) · w at every position but the first.</summary>
    [TestMethod]
    public void Clamp_MovesTheResidualAlongTheDecoder()
    {
        var feature = Strongest();
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var plain = pass.Run(Prompt);
        var sae = Late.Value;
        var policy = SteeringPolicy.Create("clamp") with { SkipPositionZero = false };
        policy = policy.Clamp(Feature.Of(SandboxBundle.DefaultSae, feature), Strength);
        var steered = pass.Run(Prompt, Engine.Compile(policy));

        var (site, d) = (sae.Site!, sae.HiddenSize);
        var activations = new float[Prompt.Length * sae.LatentCount];
        sae.Encode(plain.Residuals[site], Prompt.Length, activations);
        var direction = DecoderRow(sae, feature);
        var target = Strength * sae.MaxActivation(feature)!.Value;
        for (var token = 0; token < Prompt.Length; token++)
        {
            var change = target - activations[(token * sae.LatentCount) + feature];
            for (var i = 0; i < d; i++)
            {
                var at = (token * d) + i;
                Assert.AreEqual(plain.Residuals[site][at] + (change * direction[i]), steered.Residuals[site][at], 2e-3f, $"token {token}, element {i}");
            }
        }
    }

    /// <summary>What is watched while decoding is what the autoencoder gives on the residual stream of a whole pass, to 1e-3 of the maximum.</summary>
    [TestMethod]
    public void Activations_WhileDecoding_AreThoseOfTheAutoencoder()
    {
        var feature = Strongest();
        var policy = Engine.Compile(SteeringPolicy.Create("watch").Scale(Feature.Of(SandboxBundle.DefaultSae, feature), 1));
        using var generation = Engine.Model.Start(new DecodeRequest { PromptIds = Prompt, MaxTokens = MaxTokens, Policy = policy }, collectActivations: true);
        var (ids, seen) = (new List<int>(), new List<float>());
        while (generation.MoveNext())
        {
            ids.Add(generation.TokenId);
            seen.Add(generation.Activations(0)[0]);
        }

        var sae = Late.Value;
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        int[] all = [.. Prompt, .. ids];
        var activations = new float[all.Length * sae.LatentCount];
        sae.Encode(pass.Run(all).Residuals[sae.Site!], all.Length, activations);
        for (var index = 0; index < ids.Count; index++)
        {
            Assert.AreEqual(activations[((Prompt.Length + index - 1) * sae.LatentCount) + feature], seen[index], 1e-3f * sae.MaxActivation(feature)!.Value, $"token {index}");
        }
    }

    [TestMethod]
    public void NeutralPolicy_ChangesNothing_AndAStrongOneDoes()
    {
        var plain = Decode(null);
        var target = Feature.Of(SandboxBundle.DefaultSae, Strongest());
        Assert.AreSequenceEqual(plain, Decode(SteeringPolicy.Create("neutral").Scale(target, 1)));
        Assert.AreNotEqual(string.Join(',', plain), string.Join(',', Decode(SteeringPolicy.Create("strong").Clamp(target, 10 * Strength))));
    }

    private static int[] Decode(SteeringPolicy? policy)
    {
        var request = new DecodeRequest { PromptIds = Prompt, MaxTokens = MaxTokens };
        return TinyModel.Decode(Engine.Model, policy is null ? request : request with { Policy = Engine.Compile(policy) });
    }

    /// <summary>The feature that is strongest on the prompt's last token, so that there is something to read and to turn.</summary>
    private static int Strongest()
    {
        using var pass = ForwardPass.Load(SandboxModel.Folder());
        var sae = Late.Value;
        return sae.TopLatents(pass.Run(Prompt).Residuals[sae.Site!], Prompt.Length, 1)[^1][0].Latent;
    }

    /// <summary>The change of a reconstruction when one activation grows by one.</summary>
    private static float[] DecoderRow(SparseAutoencoder sae, int feature)
    {
        var (x, zero, one) = (new float[sae.HiddenSize], new float[sae.HiddenSize], new float[sae.HiddenSize]);
        var activations = new float[sae.LatentCount];
        sae.Decode(activations, x, 1, zero);
        activations[feature] = 1;
        sae.Decode(activations, x, 1, one);
        return [.. one.Zip(zero, (with, without) => with - without)];
    }
}
