using System.Reflection;
using Microsoft.Extensions.AI;
using Steering.Batching;
using Steering.Chat;
using Steering.Chat.Toxicity;
using Steering.Compilation;
using Steering.Decoding;
using Steering.Models;
using Steering.Policies;

namespace Steering.Tests.Sdk.Models;

/// <summary>
/// What owns something native, after its Dispose: every public method either answers from managed memory or throws
/// <see cref="ObjectDisposedException"/>. Without the checks, most of these end the process.
/// </summary>
[TestClass]
public sealed class DisposedTests
{
    private static readonly DecodeRequest Request = TinyModel.Request(maxTokens: 8) with { IgnoreEndTokens = true };

    /// <summary>Each public method of each owner, and what it does once its owner is disposed of.</summary>
    private static readonly Dictionary<string, (bool Throws, Action<Owners> Call)> Methods = new(StringComparer.Ordinal)
    {
        ["SteerableModel.Start"] = (true, owners => owners.Model.Start(Request)),
        ["SteerableModel.RequireSite"] = (false, owners => owners.Model.RequireSite(TinyModel.Site)),
        ["SteerableModel.IsEndToken"] = (false, owners => owners.Model.IsEndToken(1)),
        ["ModelTokenizer.Encode"] = (false, owners => owners.Model.Tokenizer.Encode("sea")),
        ["ModelTokenizer.Decode"] = (false, owners => owners.Model.Tokenizer.Decode([84])),
        ["ModelTokenizer.CreateDetokenizer"] = (false, owners => owners.Model.Tokenizer.CreateDetokenizer()),
        ["ModelTokenizer.ApplyChatTemplate"] = (false, owners => owners.Model.Tokenizer.ApplyChatTemplate([("user", "hi")])),
        ["SteeredGeneration.Prefill"] = (true, owners => owners.Generation.Prefill()),
        ["SteeredGeneration.MoveNext"] = (true, owners => owners.Generation.MoveNext()),
        ["SteeredGeneration.Rewind"] = (true, owners => owners.Generation.Rewind(1)),
        ["SteeredGeneration.ReadLogits"] = (true, owners => owners.Generation.ReadLogits()),
        ["SteeredGeneration.Replace"] = (true, owners => owners.Generation.Replace(TinyModel.Engine.Compile(TinyModel.Push(2)))),
        ["SteeredGeneration.Activations"] = (false, owners => owners.Generation.Activations(0)),
        ["SteeredGeneration.PromptActivations"] = (false, owners => owners.Generation.PromptActivations(0)),
        ["ForwardPass.Batches"] = (false, owners => owners.Pass.Batches([([1, 2], 1)])),
        ["ForwardPass.LogProbabilities"] = (true, owners => owners.Pass.LogProbabilities([([1, 2], 1)])),
        ["ForwardPass.Run"] = (true, owners => owners.Pass.Run(TinyModel.Prompt)),
        ["SteeringEngine.Compile"] = (true, owners => owners.Engine.Compile(TinyModel.Push(1))),
        ["SteeringEngine.Policy"] = (true, owners => owners.Engine.Policy("push")),
        ["SteeringEngine.ReplacePolicies"] = (true, owners => owners.Engine.ReplacePolicies(new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal))),
        ["SteeringEngine.RunCanary"] = (true, owners => owners.Engine.RunCanary()),
        ["GenAiDecoder.DecodeAsync"] = (true, owners => First(new GenAiDecoder(owners.Model).DecodeAsync(Request))),
        ["BatchingDecoder.DecodeAsync"] = (true, owners => First(owners.Batch.DecodeAsync(Request))),
        ["BulkDecoder.DecodeAsync"] = (true, owners => First(owners.Bulk.DecodeAsync(Request))),
        ["SteeredChatClient.GetResponseAsync"] = (true, owners => owners.Client.GetResponseAsync("hi").GetAwaiter().GetResult()),
        ["SteeredChatClient.GetStreamingResponseAsync"] = (true, owners => First(owners.Client.GetStreamingResponseAsync("hi"))),
        ["SteeredChatClient.GetService"] = (false, owners => ((IChatClient)owners.Client).GetService<SteeringEngine>()),
        ["ToxicityScorer.Highest"] = (true, owners => owners.Scorer.Highest(new ToxicityExample("The sea."))),
        ["ToxicityScorer.Calibrate"] = (true, owners => owners.Scorer.Calibrate([.. Enumerable.Repeat(new ToxicityExample("The sea."), 10)], 0.5)),
        ["ToxicityScorer.AlarmRate"] = (true, owners => owners.Scorer.AlarmRate([new ToxicityExample("The sea.")])),
    };

    public static IEnumerable<object[]> Names() => Methods.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void AfterDispose_AMethodAnswersOrThrows_AndNeverReachesNativeCode(string name)
    {
        var owners = new Owners();
        owners.Dispose();
        var (throws, call) = Methods[name];
        if (throws)
        {
            Assert.ThrowsExactly<ObjectDisposedException>(() => call(owners));
        }
        else
        {
            call(owners);
        }

        owners.Dispose();
    }

    [TestMethod]
    public void EveryPublicMethodOfANativeOwner_IsListed()
    {
        Type[] owners = [typeof(SteerableModel), typeof(ModelTokenizer), typeof(SteeredGeneration), typeof(ForwardPass), typeof(SteeringEngine), typeof(GenAiDecoder), typeof(BatchingDecoder), typeof(BulkDecoder), typeof(SteeredChatClient), typeof(ToxicityScorer)];
        var methods = owners.SelectMany(owner => owner.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsSpecialName && method.Name != nameof(IDisposable.Dispose))
            .Select(method => $"{owner.Name}.{method.Name}"))
            .Append($"{nameof(SteerableModel)}.{nameof(SteerableModelExtensions.Start)}");
        Assert.AreSequenceEqual(methods.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), Methods.Keys.Order(StringComparer.Ordinal));
    }

    [TestMethod]
    public void NewDecoders_OnADisposedModel_AreRefused()
    {
        var model = SteerableModel.Load(TinyModel.Folder);
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => new BatchingDecoder(model));
        Assert.ThrowsExactly<ObjectDisposedException>(() => BulkDecoder.Create(model));
        Assert.IsFalse(new GenAiDecoder(model).Pulse.IsRunning);
    }

    [TestMethod]
    public void AModelDisposedOfFirst_EndsItsGenerations_WhichAreDisposedOfLater()
    {
        var model = SteerableModel.Load(TinyModel.Folder);
        using var generation = model.Start(Request);
        Assert.IsTrue(generation.MoveNext());
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => generation.MoveNext());
        Assert.ThrowsExactly<ObjectDisposedException>(generation.ReadLogits);
    }

    /// <summary>The batch has a session of its own, and ends when it is disposed of itself.</summary>
    [TestMethod]
    public async Task ABatchWhoseModelIsDisposedOf_GoesOn()
    {
        var model = SteerableModel.Load(TinyModel.Folder);
        using var decoder = new BatchingDecoder(model, new BatchingDecoderOptions { Slots = 1 });
        model.Dispose();
        Assert.HasCount(8, (await decoder.CompleteAsync(Request)).Ids);
        Assert.IsTrue(decoder.Pulse.IsRunning);
        decoder.Dispose();
        Assert.IsFalse(decoder.Pulse.IsRunning);
    }

    [TestMethod]
    public void ACallbackThatDisposesOfItsGeneration_EndsItAfterTheToken()
    {
        SteeredGeneration? generation = null;
        var request = TinyModel.Request(TinyModel.Push(3, gate: Gate.Callback("ask"))) with
        {
            Callbacks = new Dictionary<string, GateCallback>(StringComparer.Ordinal)
            {
                ["ask"] = (in GateContext context) =>
                {
                    if (context.GeneratedTokens == 2)
                    {
                        generation!.Dispose();
                    }

                    return true;
                },
            },
        };
        generation = TinyModel.Engine.Model.Start(request);
        Assert.IsTrue(generation.MoveNext());
        Assert.IsTrue(generation.MoveNext());
        Assert.IsTrue(generation.MoveNext());
        Assert.AreEqual(3, generation.TokenCount);
        Assert.ThrowsExactly<ObjectDisposedException>(() => generation.MoveNext());
    }

    private static void First<T>(IAsyncEnumerable<T> items) => items.FirstAsync().AsTask().GetAwaiter().GetResult();

    private sealed class Owners : IDisposable
    {
        public Owners()
        {
            Engine = new SteeringEngine(SteerableModel.Load(TinyModel.Folder), new SteeringResources(), new Dictionary<string, SteeringPolicy>(StringComparer.Ordinal) { ["push"] = TinyModel.Push(1) });
            Pass = ForwardPass.Load(TinyModel.Folder);
            Batch = new BatchingDecoder(Model, new BatchingDecoderOptions { Slots = 2 });
            Bulk = BulkDecoder.Create(Model, DecoderChoice.GenAi);
            Client = new SteeredChatClient(Engine);
            Scorer = new ToxicityScorer(Engine, [new ToxicityWatch(Steering.Policies.Direction.At(TinyModel.Site, TinyModel.Direction(1)))]);
            Generation = Model.Start(TinyModel.Request(TinyModel.Push(1)), collectActivations: true);
            Generation.MoveNext();
        }

        public SteeringEngine Engine { get; }

        public SteerableModel Model => Engine.Model;

        public ForwardPass Pass { get; }

        public BatchingDecoder Batch { get; }

        public BulkDecoder Bulk { get; }

        public SteeredChatClient Client { get; }

        public ToxicityScorer Scorer { get; }

        public SteeredGeneration Generation { get; }

        public void Dispose()
        {
            Engine.Dispose();
            Pass.Dispose();
            Batch.Dispose();
            Bulk.Dispose();
            Client.Dispose();
            Generation.Dispose();
        }
    }
}
